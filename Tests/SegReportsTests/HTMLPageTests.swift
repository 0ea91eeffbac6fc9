import Foundation
import MedicalImages
import SegReports
import TestSupport
import Testing

struct HTMLPageTests {
    private static let chart = LineChart(
        title: "loss & more", xLabel: "epoch", yLabel: "loss", x: 0...10, y: 0...1,
        lines: [.init(label: "a < b", points: [.init(0, 0.9), .init(10, 0.2)], color: RGB(0, 114, 178))])

    private static var table: TextTable {
        var table = TextTable([.words("class"), .numbers("IoU")])
        table.append(["<lung>", "0.912"])
        table.append(["a & b", "n/a"])
        return table
    }

    /// One of every block, with text that must be escaped in each.
    static let page = HTMLPage(
        title: "Run <1> & \"others\"", subtitle: "it's a subtitle",
        sections: [
            PageSection(
                "Summary",
                [
                    .keyNumbers([KeyNumber("mIoU", "0.812", detail: "95 % interval 0.79 to 0.84"), KeyNumber("cases", "12")]),
                    .paragraph("one < two & three\u{0}"), .list(["first <", "second"]), .code("marginseg train a.yaml > \"b\""),
                    .note(.note, title: "Note.", text: "text"), .note(.good, title: "Good.", text: "text"),
                    .note(.warning, title: "Mind <this>.", text: "1 < 2"), .note(.error, title: "Error.", text: "text"),
                ]),
            PageSection(
                "Tables", [.heading("Under & over"), .table(table, caption: "IoU < 1"), .table(table, caption: "again")]),
            PageSection(
                "Figures",
                [
                    .figure(PageFigure(name: "curves", charts: [chart, chart], caption: "loss & epochs")),
                    .figures([
                        PageFigure(
                            name: "red", panels: [Drawing(RGBImage(width: 3, height: 2, fill: RGB(200, 0, 0)), title: "\"red\"")],
                            caption: "red"),
                        PageFigure(
                            name: "blue", panels: [Drawing(RGBImage(width: 4, height: 2, fill: RGB(0, 0, 200)), title: "blue")],
                            caption: "blue"),
                    ]),
                ]),
        ], footer: "made by a <test>")

    @Test func isWellFormedWithEscapedText() throws {
        let outline = try PageOutline(Self.page.html)
        #expect(outline.texts["h1"] == ["Run <1> & \"others\""])
        #expect(outline.texts["h2"] == ["Summary", "Tables", "Figures"])
        #expect(outline.texts["h3"] == ["Under & over"])
        #expect(outline.texts["p"]?.contains("one < two & three\u{FFFD}") == true)
        #expect(outline.texts["code"] == ["marginseg train a.yaml > \"b\""])
        #expect(outline.texts["dt"] == ["mIoU", "cases"])
        #expect(outline.texts["dd"] == ["0.812", "95 % interval 0.79 to 0.84", "12"])
        #expect(outline.texts["td"] == ["<lung>", "0.912", "a & b", "n/a", "<lung>", "0.912", "a & b", "n/a"])
        #expect(outline.values("class", of: "td") == ["word", "number", "word", "number", "word", "number", "word", "number"])
        #expect(outline.texts["title"]?.suffix(2) == ["\"red\"", "blue"])
        #expect(
            outline.values("class", of: "div").filter { $0.hasPrefix("note") } == [
                "note note", "note good", "note warning", "note error",
            ])
    }

    @Test func numbersTablesAndFigures() throws {
        let outline = try PageOutline(Self.page.html)
        #expect(outline.texts["caption"] == ["Table 1. IoU < 1", "Table 2. again"])
        #expect(outline.texts["figcaption"] == ["Figure 1. loss & epochs", "Figure 2. red", "Figure 3. blue"])
        #expect(outline.values("id", of: "figure") == ["curves", "red", "blue"])
    }

    @Test func aFigureHasItsPanelsUnderOneLegend() throws {
        let outline = try PageOutline(Self.page.html)
        #expect(outline.texts["li"]?.contains { $0.hasSuffix("a < b") } == true)
        #expect(outline.values("class", of: "ul").filter { $0 == "legend" }.count == 1)
        #expect(outline.values("style", of: "div").first == "--least: 315px")
        #expect(Self.page.figures.map(\.name) == ["curves", "red", "blue"])
    }

    @Test func figuresAreFilesToo() throws {
        let files = try withTemporaryFolder { folder in
            for figure in Self.page.figures { try figure.write(into: folder) }
            let svg = try String(contentsOf: folder.appending(path: "curves.svg"), encoding: .utf8)
            return (svg, try PNG.read(folder.appending(path: "curves.png")).extent)
        }
        #expect(files.0.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"884\" height=\"358\""))
        #expect(files.1 == Extent(width: 3 * 884, height: 3 * 358, channels: 3))
    }

    @Test func contentsLeadToSections() throws {
        let outline = try PageOutline(Self.page.html)
        #expect(outline.values("href", of: "a") == outline.values("id", of: "section").map { "#" + $0 })
        let short = try PageOutline(HTMLPage(title: "t", sections: [PageSection("one", []), PageSection("two", [])]).html)
        #expect(!short.names.contains("nav") && !short.names.contains("footer"))
    }

    @Test func fetchesNothing() throws {
        let html = Self.page.html
        let outline = try PageOutline(html)
        #expect(outline.values("href", of: "image").allSatisfy { $0.hasPrefix("data:image/png;base64,") })
        #expect(!outline.names.contains("link"))
        // The two names of XML's languages are the only addresses.
        let addresses = html.matches(of: /https?:[^"' )]*/).map { String($0.0) }
        #expect(Set(addresses) == ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"])
    }

    @Test func picturesAreInTheFile() throws {
        let source = try #require(try PageOutline(Self.page.html).values("href", of: "image").first)
        let data = try #require(Data(base64Encoded: String(source.dropFirst("data:image/png;base64,".count))))
        let (header, size) = (data.prefix(8), data[16..<24])
        #expect(Array(header) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(Array(size) == [0, 0, 0, 3, 0, 0, 0, 2])
    }
}
