import Foundation

/// Rows of text under titles, for a terminal or a Markdown file.
public struct TextTable: Sendable, Hashable {
    /// A column: words stand at the left, numbers at the right.
    public enum Column: Sendable, Hashable {
        case words(String)
        case numbers(String)

        var title: String {
            switch self {
            case .words(let title), .numbers(let title): title
            }
        }

        var isNumeric: Bool { if case .numbers = self { true } else { false } }
    }

    /// The columns from the left.
    public let columns: [Column]
    /// The cells of each row.
    public private(set) var rows: [[String]] = []

    /// A table without rows.
    ///
    /// - Precondition: one column or more.
    public init(_ columns: [Column]) {
        precondition(!columns.isEmpty, "a table has one column or more")
        self.columns = columns
    }

    /// Adds a row; line breaks and tabs in a cell become spaces.
    ///
    /// - Precondition: a cell for each column.
    public mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
        rows.append(cells.map(Self.singleLine))
    }

    /// The cell of a number with so many decimals; `n/a` where it is not defined.
    public static func cell(_ value: Double?, decimals: Int) -> String {
        guard let value, !value.isNaN else { return "n/a" }
        return String(format: "%.\(decimals)f", value)
    }

    /// Columns two spaces apart under a rule of dashes; every line ends with a newline.
    public var plain: String {
        let titles = columns.map { Self.singleLine($0.title) }
        let widths = columns.indices.map { index in
            rows.map { $0[index].terminalWidth }.reduce(titles[index].terminalWidth, max)
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([titles, rule] + rows).map { line($0, widths: widths) }.joined()
    }

    /// A Markdown table; every line ends with a newline.
    public var markdown: String {
        let rule = columns.map { $0.isNumeric ? "---:" : "---" }
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        func escaped(_ cells: [String]) -> String { line(cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }) }
        let titles = columns.map { Self.singleLine($0.title) }
        return escaped(titles) + line(rule) + rows.map(escaped).joined()
    }

    /// Comma-separated values with a line of titles (RFC 4180, but with plain newlines).
    public var csv: String {
        func quoted(_ cell: String) -> String {
            let isPlain = !cell.contains { $0 == "," || $0 == "\"" }
            return isPlain ? cell : "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
        }
        return ([columns.map(\.title)] + rows).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
    }

    private func line(_ cells: [String], widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - cell.terminalWidth)
            if index > 0 { line += "  " }
            let isLast = index == cells.count - 1
            line += columns[index].isNumeric ? padding + cell : isLast ? cell : cell + padding
        }
        return line + "\n"
    }

    /// A cell is a single line, whatever name or message it holds.
    private static func singleLine(_ cell: String) -> String {
        String(cell.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }
}

extension String {
    /// The columns that the text takes in a terminal: two for East Asian wide characters and emoji, one for any other.
    ///
    /// Counted by grapheme, so that combining marks take none (Unicode Standard Annex 11, the wide and full-width ranges).
    var terminalWidth: Int { reduce(0) { $0 + ($1.isWide ? 2 : 1) } }
}

extension Character {
    fileprivate var isWide: Bool {
        guard let scalar = unicodeScalars.first?.value else { return false }
        return switch scalar {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
