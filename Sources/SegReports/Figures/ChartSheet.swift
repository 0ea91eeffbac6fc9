/// Charts in rows under a title and one legend, as an SVG document.
public struct ChartSheet: Sendable, Hashable {
    public let title: String
    public let charts: [LineChart]
    /// Charts in a row.
    public let columns: Int

    /// - Precondition: a chart or more, a column or more.
    public init(title: String, charts: [LineChart], columns: Int = 3) {
        precondition(!charts.isEmpty && columns > 0, "a sheet has a chart and a column")
        self.title = title
        self.charts = charts
        self.columns = min(columns, charts.count)
    }

    /// The document, complete with its size; white behind, so that it can be read on a dark page too.
    public var svg: String {
        let rows = (charts.count + columns - 1) / columns
        let legend = legendLines
        let chartsTop = 52 + 18 * Double(legend.count)
        let width = max(40 + Double(columns) * LineChart.width, 40 + 9.5 * Double(title.count))
        let height = chartsTop + Double(rows) * LineChart.height + 10
        let size = "width=\"\(SVG.number(width))\" height=\"\(SVG.number(height))\""
        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(SVG.number(width)) \(SVG.number(height))" role="img" \
            font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" fill="#222222">
            <title>\(SVG.escaped(title))</title>
            <rect \(size) fill="#ffffff"/>

            """
        svg += SVG.text(title, x: 20, y: 28, size: 16, isBold: true)
        for (index, line) in legend.enumerated() {
            let y = 52 + 18 * Double(index)
            svg += SVG.line(from: (20, y - 4), to: (56, y - 4), color: line.color.hex, width: line.width, dashes: line.dashes)
            svg += SVG.text(line.label, x: 64, y: y)
        }
        for (index, chart) in charts.enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            svg += chart.svg(
                left: 20 + Double(column) * LineChart.width, top: chartsTop + Double(row) * LineChart.height,
                name: "chart\(index)")
        }
        return svg + "</svg>\n"
    }

    /// A line of each label, in the order of their first appearance.
    private var legendLines: [LineChart.Line] {
        var seen: Set<String> = []
        return charts.flatMap(\.lines).filter { seen.insert($0.label).inserted }
    }
}
