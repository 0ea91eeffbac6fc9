import Foundation
import Yams

/// The value of `key=value` on the command line: YAML in one line, where a word needs no quotes that only YAML would want.
///
/// A shell has its own quotes, and patterns of files begin with what YAML takes for references, tags, comments or directives.
enum ArgumentValue {
    /// - Throws: `YamlError` for lists, mappings and quoted words that do not end as they began.
    static func node(_ text: String) throws -> Node {
        let text = text.trimmingCharacters(in: .whitespaces)
        switch text.first {
        case nil: return Node("", .implicit, .plain)
        case "[", "{":
            var line = FlowLine(text)
            return try compose(line.withQuotes())
        case "'", "\"": return try compose(text)
        default:
            guard !FlowLine.needsQuotes(text) else { return Node(text, .implicit, .singleQuoted) }
            do {
                return try compose(text)
            } catch is YamlError {
                return Node(text, .implicit, .singleQuoted)
            }
        }
    }

    private static func compose(_ text: String) throws -> Node {
        try Yams.compose(yaml: text) ?? Node("", .implicit, .plain)
    }
}

/// A list or mapping in one line.
private struct FlowLine {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    /// Whether YAML would read something else than the word: a reference, an anchor, a tag, a comment, a directive, a block.
    static func needsQuotes(_ word: some StringProtocol) -> Bool {
        (word.first.map { "*&!%@`|>#".contains($0) } ?? false) || word.contains(" #")
    }

    /// The line with the words in quotes that need them; a comma within parentheses belongs to its word, `margin(tau=1,nu=2)`.
    mutating func withQuotes() -> String {
        var result = ""
        while let next = rest.first {
            switch next {
            case "[", "]", "{", "}", ",", " ": result.append(rest.removeFirst())
            case ":" where Self.endsKey(rest): result.append(rest.removeFirst())
            case "'", "\"": result += takeQuoted(by: next)
            default: result += takeWord()
            }
        }
        return result
    }

    private mutating func takeQuoted(by quote: Character) -> Substring {
        var end = rest.index(after: rest.startIndex)
        while end < rest.endIndex, rest[end] != quote {
            let isEscape = quote == "\"" && rest[end] == "\\" && rest.index(after: end) < rest.endIndex
            end = rest.index(end, offsetBy: isEscape ? 2 : 1)
        }
        return take(upTo: end < rest.endIndex ? rest.index(after: end) : end)
    }

    private mutating func takeWord() -> String {
        let (end, holdsCommas) = wordEnd(withParentheses: true) ?? wordEnd(withParentheses: false) ?? (rest.endIndex, false)
        let word = take(upTo: end)
        let trimmed = word.trimmingCharacters(in: .whitespaces)
        guard holdsCommas || Self.needsQuotes(trimmed) else { return String(word) }
        return "'\(trimmed.replacingOccurrences(of: "'", with: "''"))'"
    }

    /// Where the word at the front ends, and whether YAML would end it earlier; nil for parentheses that do not close.
    private func wordEnd(withParentheses: Bool) -> (end: Substring.Index, holdsCommas: Bool)? {
        var (end, depth, holdsCommas) = (rest.startIndex, 0, false)
        while end < rest.endIndex {
            switch rest[end] {
            case "(" where withParentheses: depth += 1
            case ")" where depth > 0: depth -= 1
            case ",", "[", "]", "{", "}":
                if depth == 0 { return (end, holdsCommas) }
                holdsCommas = true
            case ":" where depth == 0 && Self.endsKey(rest[end...]): return (end, holdsCommas)
            default: break
            }
            end = rest.index(after: end)
        }
        return depth == 0 ? (end, holdsCommas) : nil
    }

    /// Whether a text that begins with a colon goes on after a key.
    private static func endsKey(_ text: Substring) -> Bool { text.dropFirst().first.map { " ,[]{}".contains($0) } ?? true }

    private mutating func take(upTo end: Substring.Index) -> Substring {
        defer { rest = rest[end...] }
        return rest[..<end]
    }
}
