/// The words left of a chart's rows, right-aligned in a column as wide as they need, in several lines where one is too short.
struct RowLabels {
    private static let largest = 150.0
    private static let size = 12.0
    private static let lineHeight = 13.0
    /// Browsers may have wider letters than those that are measured here.
    private static let slack = 1.08

    /// Of the column with its distance from the chart.
    let width: Double
    private let lineCount: Int

    /// - Parameter rowHeight: what the lines of a label share.
    init(_ labels: [String], rowHeight: Double) {
        let lines = max(1, Int(rowHeight / Self.lineHeight))
        let widest = labels.flatMap { Self.wrapped($0, lines: lines) }.map { Glyph.width(of: $0, size: Self.size) }.max() ?? 0
        width = widest * Self.slack + 8
        lineCount = lines
    }

    /// A label about the middle of its row; what does not fit into its lines ends in an ellipsis.
    func marks(_ label: String, middle: Double) -> [Drawing.Mark] {
        let lines = Self.wrapped(label, lines: lineCount)
        let first = middle + 4 - Self.lineHeight * Double(lines.count - 1) / 2
        return lines.enumerated().map { index, line in
            .text(line, .init(width - 8, first + Self.lineHeight * Double(index)), .init(anchor: .end, size: Self.size))
        }
    }

    private static func wrapped(_ label: String, lines: Int) -> [String] {
        label.wrapped(to: largest, lines: lines) { Glyph.width(of: $0, size: size) }
    }
}

extension String {
    /// The text in lines no wider than `width`, broken after spaces and the signs that join words, else within words; what is left
    /// over after the last line becomes an ellipsis.
    func wrapped(to width: Double, lines most: Int, measure: (String) -> Double) -> [String] {
        guard measure(self) > width else { return [self] }
        var lines: [String] = []
        var rest = Substring(self)
        while !rest.isEmpty {
            let isLast = lines.count == most - 1
            if isLast || measure(String(rest)) <= width {
                lines.append(String(rest).shortened(to: width, measure: measure))
                break
            }
            var end = rest.startIndex
            while end < rest.endIndex, measure(String(rest[...end])) <= width { end = rest.index(after: end) }
            // A line holds a letter, however narrow it is.
            if end == rest.startIndex { end = rest.index(after: end) }
            let fitting = rest[..<end]
            let cut = fitting.lastIndex { " _-/.,:".contains($0) }.map { rest.index(after: $0) }
            let line = cut.map { rest[..<$0] } ?? fitting
            lines.append(line.last == " " ? String(line.dropLast()) : String(line))
            rest = rest[line.endIndex...]
        }
        return lines
    }

    /// The text, or what fits of it with an ellipsis.
    func shortened(to width: Double, measure: (String) -> Double) -> String {
        if measure(self) <= width { return self }
        var kept = self
        while !kept.isEmpty, measure(kept + "…") > width { kept.removeLast() }
        return kept + "…"
    }
}

extension Drawing.Mark {
    /// A text that is shortened to a width.
    static func text(_ text: String, _ place: Drawing.Place, _ style: Drawing.TextStyle, within width: Double) -> Drawing.Mark {
        let shown = text.shortened(to: width) { Glyph.width(of: $0, size: style.size, isBold: style.isBold) }
        return .text(shown, place, style)
    }
}
