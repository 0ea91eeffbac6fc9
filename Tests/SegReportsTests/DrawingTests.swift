import Foundation
@testable import SegReports
import Testing

struct DrawingTests {
    private func drawing(_ marks: Drawing.Mark..., width: Double = 20, height: Double = 10) -> Drawing {
        var drawing = Drawing(width: width, height: height, title: "t")
        drawing.add(marks)
        return drawing
    }

    private let black = Ink.color(RGB(0, 0, 0))

    /// How much of the paper is black: the sum over pixels, of 255.
    private func blackness(_ image: RGBImage) -> Double {
        stride(from: 0, to: image.bytes.count, by: 3).reduce(0) { $0 + Double(255 - image.bytes[$1]) / 255 }
    }

    /// Areas that geometry gives, in pixels at scale 1; those over the edge are cut.
    static let areas: [(String, Drawing.Mark, Double)] = {
        let black = Ink.color(RGB(0, 0, 0))
        return [
            ("whole pixels", .box(.init(x: 2, y: 3, width: 4, height: 5), black, opacity: 1), 20),
            ("parts of pixels", .box(.init(x: 2.25, y: 3.5, width: 4, height: 5.25), black, opacity: 1), 21),
            ("half opaque", .box(.init(x: 2, y: 3, width: 4, height: 5), black, opacity: 0.5), 10),
            ("a triangle", .area([.init(1, 1), .init(19, 1), .init(1, 9)], black, opacity: 1), 72),
            ("turning the other way", .area([.init(1, 9), .init(19, 1), .init(1, 1)], black, opacity: 1), 72),
            ("cut at the left and above", .box(.init(x: -5, y: -5, width: 8, height: 7.5), black, opacity: 1), 7.5),
            ("cut at the right and below", .box(.init(x: 17, y: 8, width: 800, height: 700), black, opacity: 1), 6),
            (
                "a slanted edge over the left",
                .area([.init(-5, 0), .init(10, 0), .init(10, 10), .init(5, 10)], black, opacity: 1), 87.5
            ),
            ("outside", .box(.init(x: 30, y: 3, width: 4, height: 5), black, opacity: 1), 0),
            ("a line", .line([.init(2, 5), .init(18, 5)], .init(ink: black, width: 2)), 32),
            ("a steep line", .line([.init(5, 1), .init(9, 4)], .init(ink: black, width: 2)), 10),
            ("dashes", .line([.init(0, 5), .init(20, 5)], .init(ink: black, width: 1, dashes: [4, 2])), 14),
            ("a disc", .dot(.init(10, 5), radius: 4, black, opacity: 1), 50.27),
            (
                "clipped",
                .clipped(
                    .init(x: 4, y: 2, width: 3, height: 3), [.box(.init(x: 0, y: 0, width: 20, height: 10), black, opacity: 1)]),
                9
            ),
            ("moved and clipped", .moved(x: 15, y: 5, [.box(.init(x: 0, y: 0, width: 20, height: 10), black, opacity: 1)]), 25),
        ]
    }()

    @Test(arguments: DrawingTests.areas)
    func coversTheAreaThatGeometryGives(name: String, mark: Drawing.Mark, area: Double) {
        let found = blackness(drawing(mark).pixels(scale: 1))
        // 8 bits a pixel: a rounding of 1/510 in each; a polygon's disc lacks a few per cent of its rim.
        #expect(abs(found - area) <= 0.03 * area + 0.1, "\(name): \(found), expected \(area)")
    }

    @Test func aLineHasFullWidthAtItsCorners() {
        let bent = Drawing.Mark.line([.init(2, 2), .init(10, 2), .init(10, 8)], .init(ink: black, width: 2))
        let image = drawing(bent).pixels(scale: 4)
        #expect(image[38, 7] == RGB(0, 0, 0), "inside the corner")
        #expect(image[43, 4] == RGB(255, 255, 255), "a round corner leaves its tip white")
    }

    @Test func lettersHaveHolesAndWidths() {
        let style = Drawing.TextStyle(anchor: .middle, size: 40, ink: black)
        let image = drawing(.text("o", .init(30, 45), style), width: 60, height: 60).pixels(scale: 1)
        // In the middle of the o is paper; left and right of it is ink; the x height of the face is 0.55.
        #expect(image[30, 34] == RGB(255, 255, 255))
        #expect([image[20, 34], image[21, 34], image[22, 34]].contains(RGB(0, 0, 0)))
        #expect(image[30, 20] == RGB(255, 255, 255))
        // DejaVu Sans Condensed: o is 1127 of 2048 units wide.
        #expect(Glyph.width(of: "oo", size: 2048) == 2 * 1127)
        #expect(Glyph.width(of: "中", size: 10) == 7, "the box of a missing letter")
    }

    @Test func uprightTextRunsUpwards() {
        let style = Drawing.TextStyle(size: 10, isUpright: true, ink: black)
        let image = drawing(.text("||||", .init(20, 50), style), width: 40, height: 60).pixels(scale: 1)
        let rows = (0..<60).filter { row in (0..<40).contains { image[$0, row] != RGB(255, 255, 255) } }
        #expect(rows.first! >= 50 - 14 && rows.last! < 50, "\(rows)")
    }

    @Test func enlargedPicturesKeepTheirPixelsAndSmallerOnesTheirMean() {
        var picture = RGBImage(width: 2, height: 1, fill: RGB(200, 100, 0))
        picture[1, 0] = RGB(0, 0, 100)
        let box = Drawing.Box(x: 0, y: 0, width: 20, height: 10)
        let large = drawing(.image(picture, box)).pixels(scale: 1)
        #expect(large[9, 9] == RGB(200, 100, 0) && large[10, 0] == RGB(0, 0, 100))
        let small = drawing(.image(picture, .init(x: 4, y: 4, width: 1, height: 1))).pixels(scale: 1)
        #expect(small[4, 4] == RGB(100, 50, 50))
        #expect(small[5, 4] == RGB(255, 255, 255))
    }

    @Test func bothFormsAreOfOneSize() {
        let sheet = drawing(.text("a < b", .init(2, 8), .init()), width: 33.5, height: 10)
        #expect(sheet.svg.contains("width=\"33.5\" height=\"10\" viewBox=\"0 0 33.5 10\""))
        let image = sheet.pixels(scale: 2)
        #expect(image.width == 67 && image.height == 20)
    }

    /// A dark page changes inks by their classes; a colour of the data stays.
    @Test func inksHaveClassesAndColoursDoNot() {
        let svg = drawing(
            .box(.init(x: 0, y: 0, width: 1, height: 1), .grid, opacity: 1),
            .box(.init(x: 0, y: 0, width: 1, height: 1), black, opacity: 1),
            .line([.init(0, 0), .init(1, 1)], .init(ink: .faint))
        ).svg
        #expect(svg.contains(##"class="fill-grid" fill="#dddddd""##))
        #expect(svg.contains(##"height="1" fill="#000000"/>"##))
        #expect(svg.contains(##"class="stroke-faint" stroke="#59626e""##))
        #expect(!svg.contains(" id="))
    }
}
