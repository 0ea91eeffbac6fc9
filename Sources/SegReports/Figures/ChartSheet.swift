/// Drawings in rows under a title and one legend.
public struct ChartSheet: Sendable, Hashable {
    /// Over everything; empty for none.
    public let title: String
    public let legend: Legend
    public let panels: [Drawing]
    /// Panels in a row.
    public let columns: Int

    /// - Precondition: a panel or more, a column or more.
    public init(title: String, legend: Legend, panels: [Drawing], columns: Int) {
        precondition(!panels.isEmpty && columns > 0, "a sheet has a panel and a column")
        self.title = title
        self.legend = legend
        self.panels = panels
        self.columns = min(columns, panels.count)
    }

    /// Charts with an entry in the legend for each of their lines.
    ///
    /// - Precondition: a chart or more, a column or more.
    public init(title: String, charts: [LineChart], columns: Int = 3) {
        self.init(
            title: title, legend: Legend(charts.flatMap(\.legend.entries)), panels: charts.map(\.drawing), columns: columns)
    }

    private static let margin = 16.0
    private static let gap = 12.0

    /// Everything on one sheet. Rows are as high as their highest panel, columns as wide as their widest.
    public var drawing: Drawing {
        let rows = stride(from: 0, to: panels.count, by: columns).map { panels[$0..<min($0 + columns, panels.count)] }
        let heights = rows.map { $0.map(\.height).max()! }  // rows are not empty
        let widths = (0..<columns).map { column in
            stride(from: column, to: panels.count, by: columns).map { panels[$0].width }.max()!  // nor are columns
        }
        func total(_ lengths: [Double]) -> Double { lengths.reduce(0, +) + Self.gap * Double(lengths.count - 1) }
        let width = max(total(widths), title.isEmpty ? 0 : Glyph.width(of: title, size: 16, isBold: true))
        let key = legend.entries.isEmpty ? nil : legend.drawing(width: width)
        let titleHeight = title.isEmpty ? 0 : 28.0
        let keyHeight = key.map { $0.height + 8 } ?? 0
        var sheet = Drawing(
            width: width + 2 * Self.margin, height: total(heights) + titleHeight + keyHeight + 2 * Self.margin,
            title: title.isEmpty ? panels[0].title : title)
        if !title.isEmpty {
            sheet.add(.text(title, .init(Self.margin, Self.margin + 14), .init(size: 16, isBold: true)))
        }
        if let key { sheet.place(key, x: Self.margin, y: Self.margin + titleHeight) }
        var y = Self.margin + titleHeight + keyHeight
        for (row, height) in zip(rows, heights) {
            var x = Self.margin
            for (panel, width) in zip(row, widths) {
                sheet.place(panel, x: x, y: y)
                x += width + Self.gap
            }
            y += height + Self.gap
        }
        return sheet
    }

    /// The sheet as an SVG document, complete with its size; white behind, so that it can be read on a dark page too.
    public var svg: String { drawing.svg }
}
