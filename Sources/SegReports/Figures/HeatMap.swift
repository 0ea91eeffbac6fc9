import Foundation

/// A square of shares, such as a confusion matrix: rows are the truth, columns the prediction, each row sums to 1.
public struct HeatMap: Sendable, Hashable {
    public let title: String
    public let names: [String]
    /// Rows of shares, 0…1; nil where a row has nothing to share out.
    public let shares: [[Double]?]

    /// - Precondition: a name or more, a row for each, and in it a share for each.
    public init(title: String, names: [String], shares: [[Double]?]) {
        precondition(
            !names.isEmpty && shares.count == names.count && shares.allSatisfy { $0.map { $0.count == names.count } ?? true },
            "a square of shares")
        self.title = title
        self.names = names
        self.shares = shares
    }

    /// Of a column's name that stands upright.
    private static let longestHeader = 120.0

    private static let widestTitle = 460.0

    /// The map; a colour's strength is the share, which stands in the cell in per cent where there is room.
    public var drawing: Drawing {
        let side = min(76, max(18, 400 / Double(names.count)))
        let labels = RowLabels(names, rowHeight: side)
        let columnWidths = names.map { Glyph.width(of: $0, size: 12) }
        let isUpright = columnWidths.contains { $0 > side - 6 }
        let header = isUpright ? min(columnWidths.max()!, Self.longestHeader) + 8 : 20  // not empty
        let (left, top) = (labels.width + 18, 50 + header)
        let size = side * Double(names.count)
        var drawing = Drawing(
            width: max(left + size + 8, min(Glyph.width(of: title, size: 14, isBold: true), Self.widestTitle)),
            height: top + size + 8,
            title: "\(title): true class in rows, predicted class in columns")
        drawing.add(.text(title, .init(0, 16), .init(size: 14, isBold: true), within: drawing.width))
        drawing.add(.text("predicted", .init(left + size / 2, 40), .init(anchor: .middle, ink: .faint)))
        drawing.add(.text("true", .init(12, top + size / 2), .init(anchor: .middle, isUpright: true, ink: .faint)))
        for (row, name) in names.enumerated() {
            let y = top + (Double(row) + 0.5) * side
            drawing.add(.moved(x: 18, y: 0, labels.marks(name, middle: y)))
            let x = left + (Double(row) + 0.5) * side
            drawing.add(
                isUpright
                    ? .text(name, .init(x + 4, top - 6), .init(isUpright: true), within: Self.longestHeader)
                    : .text(name, .init(x, top - 6), .init(anchor: .middle)))
            for column in names.indices {
                drawing.add(
                    cell(shares[row]?[column], x: left + Double(column) * side, y: top + Double(row) * side, side: side))
            }
        }
        return drawing
    }

    private func cell(_ share: Double?, x: Double, y: Double, side: Double) -> [Drawing.Mark] {
        let box = Drawing.Box(x: x + 1, y: y + 1, width: side - 2, height: side - 2)
        let text = share.map { String(format: side >= 40 ? "%.1f" : "%.0f", 100 * $0) } ?? "n/a"
        // White on the strong colours, on light and on dark pages.
        let ink: Ink = (share ?? 0) > 0.5 ? .color(RGB(255, 255, 255)) : .text
        let words: [Drawing.Mark] =
            side < 26 ? [] : [.text(text, .init(x + side / 2, y + side / 2 + 4), .init(anchor: .middle, size: 11, ink: ink))]
        return [.box(box, .grid, opacity: 0.35), .box(box, .color(.blue), opacity: share ?? 0)] + words
    }
}
