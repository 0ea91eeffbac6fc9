import Foundation
import Testing

@testable import SegReports

/// The charts that are not lines.
struct FigureTests {
    private let blue = RGB(0, 114, 178)

    private func texts(_ drawing: Drawing) -> [String] {
        drawing.svg.matches(of: /<text [^>]*>([^<]*)<\/text>/).map { String($0.1) }
    }

    @Test func barsEndAtTheirValuesAndWhatIsUndefinedIsSaid() throws {
        let chart = IntervalChart(
            title: "IoU", xLabel: "IoU",
            groups: [
                .init("a", [.init(0.5, interval: 0.25...0.75, color: blue)]), .init("b", [.init(nil, color: blue)]),
                .init("c", [.init(.nan, color: blue)]),
            ])
        let svg = chart.drawing.svg
        let bars = svg.matches(of: /<rect x="([0-9.]+)" [^>]*width="([0-9.]+)" height="13" fill="#0072b2"/)
        #expect(bars.count == 1)
        let start = try #require(Double(bars[0].1)), width = try #require(Double(bars[0].2))
        let whisker = try #require(
            svg.matches(of: /<polyline points="([0-9.]+),([0-9.]+) ([0-9.]+),([0-9.]+)"/).first {
                $0.2 == $0.4 && (Double($0.1) ?? 0) > start + 1 && (Double($0.1) ?? 0) < start + width - 1
            })
        #expect(abs(try #require(Double(whisker.1)) - (start + width / 2)) < 0.02)
        #expect(abs(try #require(Double(whisker.3)) - (start + width * 1.5)) < 0.02)
        #expect(texts(chart.drawing).filter { $0 == "not defined" }.count == 2)
        #expect(texts(chart.drawing).contains("0.500"))
    }

    @Test func differencesGoBothWays() {
        let chart = IntervalChart(
            title: "d", xLabel: "difference", x: -0.1...0.1,
            groups: [.init("a", [.init(-0.05, color: blue), .init(0.05, color: blue)])])
        let bars = chart.drawing.svg.matches(of: /<rect x="([0-9.]+)" [^>]*width="([0-9.]+)" height="13"/)
            .map { (Double($0.1) ?? 0, Double($0.2) ?? 0) }
        #expect(bars.count == 2 && abs(bars[0].0 + bars[0].1 - bars[1].0) < 0.02 && abs(bars[0].1 - bars[1].1) < 0.02)
        #expect(texts(chart.drawing).contains("−0.050"))
    }

    @Test func everyValueIsADot() {
        let values = (1...40).map { Double($0) / 40 }
        let chart = DotChart(
            title: "cases", xLabel: "IoU",
            groups: [
                .init(label: "all", values: values, color: blue), .init(label: "none", values: [], color: blue),
                .init(label: "one", values: [0.3], color: blue),
            ])
        #expect(chart.drawing.svg.matches(of: #/<circle /#).count == 41)
        #expect(texts(chart.drawing).filter { $0.hasPrefix("n =") } == ["n = 40", "n = 0", "n = 1"])
        #expect(chart.drawing.svg == chart.drawing.svg)
    }

    /// numpy.quantile([1, 2, 4, 8], [.25, .5, .75]) = [1.75, 3, 5]
    @Test func boxesAreOfQuartiles() throws {
        let chart = DotChart(
            title: "t", xLabel: "x", x: 0...8, groups: [.init(label: "g", values: [8, 1, 4, 2], color: blue)])
        let svg = chart.drawing.svg
        let places = svg.matches(of: /<circle cx="([0-9.]+)"/).compactMap { Double($0.1) }
        let unit = (places[3] - places[0]) / 7
        let box = try #require(svg.firstMatch(of: /<rect x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)" height="26"/))
        #expect(abs(try #require(Double(box.1)) - (places[0] + 0.75 * unit)) < 0.02)
        #expect(abs(try #require(Double(box.2)) - 3.25 * unit) < 0.02)
        #expect(svg.contains(/<polyline points="[0-9.]+,[0-9.]+ [0-9.]+,[0-9.]+" [^>]*stroke-width="2"/))
    }

    @Test func cellsAreSharesOfTheirRow() {
        let map = HeatMap(title: "confusion", names: ["a", "b"], shares: [[0.75, 0.25], nil])
        #expect(texts(map.drawing) == ["confusion", "predicted", "true", "a", "a", "75.0", "25.0", "b", "b", "n/a", "n/a"])
        #expect(map.drawing.svg.contains("fill=\"#0072b2\" fill-opacity=\"0.75\""))
    }

    @Test(arguments: [2, 8, 15, 40])
    func manyClassesFit(count: Int) {
        let names = (0..<count).map { "a class with a long name and the number \($0)" }
        let row = Array(repeating: 1 / Double(count), count: count)
        let drawing = HeatMap(title: "t", names: names, shares: Array(repeating: row, count: count)).drawing
        #expect(drawing.width < 950, "\(count) classes: \(drawing.width)")
        // Beside rows names go over several lines as far as there is room; above columns they are shortened.
        #expect(texts(drawing).contains { $0.hasSuffix("…") })
        let isWhole = texts(drawing).joined(separator: " ").contains(names[0])
        #expect(isWhole == (count <= 15), "\(texts(drawing).prefix(6))")
    }

    /// Nothing stands left of the sheet, where it would be cut off.
    @Test(arguments: [
        "short", "a class with a long name and the number 7", "a_name_without_a_space_of_a_patient_and_a_run_of_many_parts_2024",
    ])
    func labelsOfCasesAreWhole(name: String) throws {
        let chart = DotChart(
            title: "IoU of each case", xLabel: "IoU",
            groups: [.init(label: name, values: [0.5], color: blue), .init(label: "b", values: [], color: blue)])
        let found = chart.drawing.svg.matches(of: /<text x="([0-9.]+)" [^>]*text-anchor="end" font-size="12"[^>]*>([^<]*)</)
        let lines = found.map { String($0.2) }
        #expect(lines.filter { $0 != "b" }.joined(separator: " ").replacing("_ ", with: "_") == name)
        for label in found { #expect(try #require(Double(label.1)) >= Glyph.width(of: String(label.2), size: 12)) }
    }

    @Test func textsBreakWhereWordsDo() {
        func wrap(_ text: String, _ lines: Int) -> [String] { text.wrapped(to: 10, lines: lines) { Double($0.count) } }
        #expect(wrap("short", 2) == ["short"])
        #expect(wrap("two words here", 2) == ["two words", "here"])
        #expect(wrap("snake_case_name", 3) == ["snake_", "case_name"])
        #expect(wrap("unbreakablewords", 3) == ["unbreakabl", "ewords"])
        #expect(wrap("far too many words for it", 2) == ["far too", "many word…"])
    }

    @Test func legendsBreakTheirLines() {
        let entries = (0..<6).map { Legend.Entry("a label of some length \($0)", color: blue, mark: .line(width: 2)) }
        let chart = LineChart(
            title: "t", xLabel: "x", yLabel: "y", x: 0...1, y: 0...1,
            lines: entries.map { .init(label: $0.label, points: [], color: blue) })
        let sheet = ChartSheet(title: "", charts: [chart]).drawing
        #expect(sheet.height > chart.drawing.height + 3 * 18)
        #expect(Legend(entries + entries).entries.count == 6)
    }
}
