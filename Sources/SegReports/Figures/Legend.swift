/// What the colours and strokes of a figure mean.
public struct Legend: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public enum Symbol: Sendable, Hashable {
            case line(width: Double)
            case dashedLine(width: Double)
            /// An area, a bar, a dot.
            case fill
        }

        public let label: String
        public let color: RGB
        public let mark: Symbol

        public init(_ label: String, color: RGB, mark: Symbol = .fill) {
            self.label = label
            self.color = color
            self.mark = mark
        }
    }

    /// In their order; of entries with one label only the first.
    public let entries: [Entry]

    public init(_ entries: [Entry]) {
        var seen: Set<String> = []
        self.entries = entries.filter { seen.insert($0.label).inserted }
    }

    private static let lineHeight = 18.0

    /// The entries beside each other, as many in a line as fit.
    func drawing(width: Double) -> Drawing {
        var marks: [Drawing.Mark] = []
        var (x, y) = (0.0, 0.0)
        for entry in entries {
            let length = 44 + Glyph.width(of: entry.label, size: 12) + 20
            if x > 0, x + length - 20 > width { (x, y) = (0, y + Self.lineHeight) }
            marks.append(contentsOf: entry.marks(x: x, y: y))
            x += length
        }
        var drawing = Drawing(width: width, height: y + Self.lineHeight, title: entries.map(\.label).joined(separator: ", "))
        drawing.add(marks)
        return drawing
    }
}

extension Legend.Entry {
    /// The mark alone, for a legend that a browser lays out; without a title, since the label stands beside it.
    var swatch: Drawing {
        var drawing = Drawing(width: isLine ? 36 : 14, height: 14, title: "")
        drawing.add(symbol(x: 0, y: 0, width: drawing.width))
        return drawing
    }

    fileprivate func marks(x: Double, y: Double) -> [Drawing.Mark] {
        [symbol(x: x, y: y, width: isLine ? 36 : 14), .text(label, .init(x + (isLine ? 44 : 22), y + 12), .init())]
    }

    private var isLine: Bool { mark != .fill }

    private func symbol(x: Double, y: Double, width: Double) -> Drawing.Mark {
        let ends: [Drawing.Place] = [.init(x, y + 8), .init(x + width, y + 8)]
        return switch mark {
        case .line(let stroke): .line(ends, .init(ink: .color(color), width: stroke))
        case .dashedLine(let stroke): .line(ends, .init(ink: .color(color), width: stroke, dashes: Drawing.LineStyle.dashed))
        case .fill: .box(.init(x: x, y: y + 1, width: width, height: 12), .color(color), opacity: 1)
        }
    }
}
