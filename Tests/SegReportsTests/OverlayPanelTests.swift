import SegReports
import Testing

struct OverlayPanelTests {
    /// A 2 × 1 image becomes 256 × 128 panels: a pixel is a block of 128, contours are 32 wide, gutters 8.
    private func panel(
        planes: [[Float]] = [[0.2, 0.6]], truth: [UInt8], prediction: [UInt8], ignoring: UInt8? = nil
    ) -> RGBImage {
        OverlayPanel(planes: planes, width: 2, height: 1, truth: truth, prediction: prediction, ignoring: ignoring).render()
    }

    private let dark = RGB(51, 51, 51)
    private let light = RGB(153, 153, 153)
    private let orange = RGB(230, 159, 0)

    @Test func imageTruthAndPredictionStandSideBySide() {
        let picture = panel(truth: [0, 1], prediction: [1, 1])
        #expect(picture.width == 4 * 256 + 3 * 8 && picture.height == 128)
        #expect(picture[0, 0] == dark && picture[127, 127] == dark && picture[128, 0] == light)
        #expect(picture[256, 0] == RGB(255, 255, 255) && picture[263, 127] == RGB(255, 255, 255))
        let truth = 264
        #expect(picture[truth + 127, 0] == dark)
        #expect(picture[truth + 128, 64] == orange && picture[truth + 128 + 31, 0] == orange)
        // 0.65 · 153 + 0.35 · (230, 159, 0)
        let filled = RGB(180, 155, 99)
        #expect(picture[truth + 128 + 32, 64] == filled && picture[truth + 255, 127] == filled)
        let prediction = 2 * 264
        // 0.65 · 51 + 0.35 · (230, 159, 0); one region has no contour inside it, nor along the picture's border
        #expect(picture[prediction, 0] == RGB(114, 89, 33) && picture[prediction + 127, 64] == RGB(114, 89, 33))
        #expect(picture[prediction + 128, 64] == filled)
    }

    @Test(
        arguments: [
            (1, 1, RGB(26, 26, 26)), (0, 0, RGB(26, 26, 26)), (0, 2, Palette.falsePositive), (2, 0, Palette.falseNegative),
            (1, 2, Palette.wrongClass), (255, 1, Palette.ignored),
        ] as [(UInt8, UInt8, RGB)])
    func errorsHaveTheirColours(truth: UInt8, prediction: UInt8, color: RGB) {
        let picture = panel(truth: [truth, 0], prediction: [prediction, 0], ignoring: 255)
        #expect(picture[3 * 264, 0] == color && picture[3 * 264 + 127, 127] == color)
        #expect(picture[3 * 264 + 128, 0] == RGB(77, 77, 77))
    }

    @Test func ignoredPixelsAreGreyInTheTruth() {
        let picture = panel(truth: [255, 0], prediction: [0, 0], ignoring: 255)
        // 0.65 · 51 + 0.35 · 128
        #expect(picture[264, 0] == RGB(78, 78, 78))
        #expect(picture[264 + 127, 0] == Palette.ignored)
    }

    @Test func contoursRunAlongAllFourSides() {
        var labels = [UInt8](repeating: 0, count: 9)
        labels[4] = 1
        let picture = OverlayPanel(
            planes: [[Float](repeating: 1, count: 9)], width: 3, height: 3, truth: labels, prediction: labels
        ).render()
        // 256 / 3 up: a pixel is 86 wide, a contour 21.
        #expect(picture.height == 258)
        let (left, top) = (258 + 8 + 86, 86)
        for (x, y) in [(0, 43), (20, 43), (65, 43), (85, 43), (43, 0), (43, 20), (43, 65), (43, 85), (0, 0), (85, 85)] {
            #expect(picture[left + x, top + y] == orange, "(\(x), \(y))")
        }
        for (x, y) in [(21, 43), (64, 43), (43, 21), (43, 64)] { #expect(picture[left + x, top + y] != orange, "(\(x), \(y))") }
        #expect(picture[left - 1, top] == RGB(255, 255, 255))
    }

    @Test func threePlanesAreRedGreenBlueAndOddIntensitiesAreClamped() {
        let picture = panel(planes: [[1, -3], [0.2, .nan], [7, 0]], truth: [0, 0], prediction: [0, 0])
        #expect(picture[0, 0] == RGB(255, 51, 255))
        #expect(picture[128, 0] == RGB(0, 0, 0))
    }

    @Test func largeImagesKeepTheirSize() {
        let picture = blank(width: 300, height: 20)
        #expect(picture.width == 4 * 300 + 3 * 8 && picture.height == 20)
    }

    private func blank(width: Int, height: Int) -> RGBImage {
        let labels = [UInt8](repeating: 1, count: width * height)
        return OverlayPanel(
            planes: [[Float](repeating: 0, count: width * height)], width: width, height: height, truth: labels,
            prediction: labels
        ).render()
    }

    /// A side of 4096 pixels at most, and the other an eighth of it at least, so that there is something to see.
    @Test(arguments: [(20000, 3, 4000, 501), (1, 20000, 500, 4000), (300, 2, 300, 38), (9000, 9, 3000, 378), (1, 1, 256, 256)])
    func veryLongImagesGetAPicture(_ width: Int, _ height: Int, _ panelWidth: Int, _ panelHeight: Int) {
        let picture = blank(width: width, height: height)
        #expect((picture.width - 3 * 8) / 4 == panelWidth && picture.height == panelHeight)
    }
}
