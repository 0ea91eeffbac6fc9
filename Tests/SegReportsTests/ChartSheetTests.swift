import Foundation
import SegReports
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
        let svg = ChartSheet(title: "t", charts: [chart(lines: [line("l")])]).svg
        let polyline = try #require(svg.firstMatch(of: /<polyline points="([^"]*)"/)).1
        #expect(polyline == "70,296 328,114")
        #expect(svg.contains(##"<line x1="70" y1="296" x2="328" y2="296" stroke="#333333""##))
        #expect(svg.contains(##"<line x1="70" y1="114" x2="70" y2="296" stroke="#333333""##))
    }

    @Test func oneLegendForAllCharts() {
        let charts = [chart("one", lines: [line("first"), line("second", .dashed)]), chart("two", lines: [line("first")])]
        let all = texts(ChartSheet(title: "t", charts: charts).svg)
        #expect(all.filter { $0 == "first" }.count == 1)
        #expect(Array(all.prefix(4)) == ["t", "first", "second", "one"])
    }

    @Test(arguments: [(1, 3, 360, 332), (2, 3, 680, 332), (4, 3, 1000, 602), (4, 2, 680, 602)])
    func chartsAreInRows(count: Int, columns: Int, width: Int, height: Int) {
        let svg = ChartSheet(title: "t", charts: Array(repeating: chart(), count: count), columns: columns).svg
        #expect(svg.contains("width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\""))
        #expect(svg.matches(of: /<clipPath id="chart\d"/).count == count)
    }
}
