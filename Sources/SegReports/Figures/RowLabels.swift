/// The words left of a chart's rows, right-aligned in a column as wide as they need.
struct RowLabels {
    private static let largest = 150.0
    private static let size = 12.0

    /// Of the column with its distance from the chart.
    let width: Double

    init(_ labels: [String]) {
        let needed = labels.map { Glyph.width(of: $0, size: Self.size) }.max() ?? 0
        width = min(needed, Self.largest) + 8
    }

    /// A label, shortened where it does not fit.
    func mark(_ label: String, y: Double) -> Drawing.Mark {
        .text(Self.fitted(label), .init(width - 8, y), .init(anchor: .end, size: Self.size))
    }

    private static func fitted(_ label: String) -> String {
        if Glyph.width(of: label, size: size) <= largest { return label }
        var kept = label
        while !kept.isEmpty, Glyph.width(of: kept + "…", size: size) > largest { kept.removeLast() }
        return kept + "…"
    }
}
