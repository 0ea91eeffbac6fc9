import Foundation
@testable import SegReports
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct ChartSheetTests {
    private func chart(
        _ title: String = "a < b & c", x: ClosedRange<Double> = -2...3, y: ClosedRange<Double> = 0...1,
        lines: [LineChart.Line] = []
    ) -> LineChart {
        LineChart(title: title, note: "n > 1", xLabel: "x", yLabel: "y", x: x, y: y, lines: lines)
    }

    private func line(_ label: String, _ stroke: LineChart.Line.Stroke = .solid) -> LineChart.Line {
        LineChart.Line(label: label, points: [.init(-2, 0), .init(3, 1)], color: RGB(0, 114, 178), stroke: stroke)
    }

    /// The content of every `<text>`.
    private func texts(_ svg: String) -> [String] {
        svg.matches(of: /<text [^>]*>([^<]*)<\/text>/).map { String($0.1) }
    }

    @Test func isWellFormedWithEscapedText() throws {
        let svg = ChartSheet(title: "R&D", charts: [chart(lines: [line("p<q", .dashed)])]).svg
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(parser.parse())
        #expect(texts(svg).contains("R&amp;D"))
        #expect(texts(svg).contains("a &lt; b &amp; c"))
        #expect(texts(svg).contains("p&lt;q"))
        #expect(svg.contains("<title>R&amp;D</title>"))
    }

    @Test(
        arguments: [
            (-2...3, ["−2", "−1", "0", "1", "2", "3"]), (0...0.01, ["0.000", "0.002", "0.004", "0.006", "0.008", "0.010"]),
            (-0.25...0.3, ["−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"]),
            (0...1e6, ["0", "200000", "400000", "600000", "800000", "1000000"]),
            (990...1010, ["990", "995", "1000", "1005", "1010"]),
        ] as [(ClosedRange<Double>, [String])])
    func ticksAreRound(range: ClosedRange<Double>, expected: [String]) {
        // Ticks come first, up to the label of the axis.
        let all = texts(ChartSheet(title: "t", charts: [chart(x: range)]).svg)
        #expect(Array(all.dropFirst(3).prefix(expected.count)) == expected)
    }

    @Test func linesMeetTheirAxes() throws {
        // From the lower left to the upper right corner of the frame, which the two axes' lines meet.
        let svg = chart(lines: [line("l")]).drawing.svg
        let lines = svg.matches(of: /<polyline points="([^"]*)"[^>]*stroke="#(222222|0072b2)"/).map { "\($0.1)" }
        #expect(Array(lines.suffix(1)) == ["58,256 408,44"])
        #expect(lines.contains("58,44 58,256 408,256"))
    }

    @Test func oneLegendForAllCharts() {
        let charts = [chart("one", lines: [line("first"), line("second", .dashed)]), chart("two", lines: [line("first")])]
        let all = texts(ChartSheet(title: "t", charts: charts).svg)
        #expect(all.filter { $0 == "first" }.count == 1)
        #expect(Array(all.prefix(4)) == ["t", "first", "second", "one"])
    }

    @Test(arguments: [(1, 3, 452, 360), (2, 3, 884, 360), (4, 3, 1316, 672), (4, 2, 884, 672)])
    func chartsAreInRows(count: Int, columns: Int, width: Int, height: Int) {
        let svg = ChartSheet(title: "t", charts: Array(repeating: chart(), count: count), columns: columns).svg
        #expect(svg.contains("width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\""))
        #expect(svg.matches(of: /<g transform/).count == count)
    }

    @Test func bandsRulesAndDotsHaveTheirPlaces() {
        let chart = LineChart(
            title: "t", xLabel: "x", yLabel: "y", x: 0...10, y: 0...1, lines: [],
            bands: [.init(lower: [.init(0, 0), .init(10, 0)], upper: [.init(0, 1), .init(10, 1)], color: RGB(0, 114, 178))],
            rules: [.init(x: 5, label: "half"), .init(x: 10, label: "end")],
            dots: [.init(label: "", points: [.init(5, 0.5)], color: RGB(0, 0, 0))])
        let svg = chart.drawing.svg
        #expect(svg.contains(##"<polygon points="58,44 408,44 408,256 58,256" fill="#0072b2" fill-opacity="0.22"/>"##))
        #expect(svg.contains("<polyline points=\"233,44 233,256\""))
        #expect(svg.contains(##"<circle cx="233" cy="150" r="4" fill="#000000"/>"##))
        #expect(svg.contains("<text x=\"237\" y=\"56\" text-anchor=\"start\""))
        #expect(svg.contains("<text x=\"404\" y=\"56\" text-anchor=\"end\""), "on the left where it would leave the frame")
    }

    @Test func whatIsNotFiniteInterruptsALine() {
        let points = [(0.0, 0.0), (1, 1), (2, .nan), (3, 0.5)].map(LineChart.Point.init)
        let chart = LineChart(
            title: "t", xLabel: "x", yLabel: "y", x: 0...3, y: 0...1,
            lines: [.init(label: "l", points: points, color: RGB(1, 2, 3))])
        let svg = chart.drawing.svg
        #expect(svg.matches(of: /<polyline [^>]*stroke="#010203"/).count == 1)
        #expect(svg.matches(of: /<circle [^>]*fill="#010203"/).count == 1, "a point alone is a dot")
        #expect(!svg.contains("nan"))
    }
}
