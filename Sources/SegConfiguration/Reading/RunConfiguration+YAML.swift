import DurableFiles
import Foundation
import Yams

extension RunConfiguration {
    /// As a file: every value, keys in the order of the types, numbers as a person writes them, in as many digits as bring them
    /// back. Reading it gives the same configuration.
    ///
    /// - Throws: `EncodingError`; a checked configuration can be written.
    package var yaml: String { get throws { try Yams.serialize(node: tree) } }

    /// The values by themselves, for files that say something between them.
    ///
    /// - Throws: as `yaml`.
    package var written: WrittenValues { get throws { WrittenValues(tree: try tree) } }

    private var tree: Node {
        get throws {
            // Yams keeps the order, but writes 10 as `1e+1` and no more than 15 digits; JSON has the numbers.
            let encoder = JSONEncoder.sorted()
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: ".inf", negativeInfinity: "-.inf", nan: ".nan")
            guard let ordered = try Yams.compose(yaml: YAMLEncoder().encode(self)),
                let exact = try Yams.compose(yaml: encoder.text(self))
            else { return .mapping([:]) }
            return ordered.withNumbers(of: exact)
        }
    }
}

/// A configuration's values as YAML, each on one line.
package struct WrittenValues {
    fileprivate let tree: Node

    /// The value of a key from the root; nil where there is none, or nothing in it.
    package subscript(_ key: String...) -> String? {
        var node: Node? = tree
        for name in key { node = node?[name] ?? Int(name).flatMap { index in node?.sequence.map { $0[index] } } }
        guard let node, node.null == nil, node.sequence?.isEmpty != true else { return nil }
        return Self.line(node)
    }

    /// A text as YAML wants it: plain where it can be, or in quotes.
    package static func scalar(_ text: String) -> String {
        let plain = Node(text)
        return line(plain.tag.description == Tag.Name.str.rawValue ? plain : Node(text, .implicit, .singleQuoted))
    }

    private static func line(_ node: Node) -> String {
        // What was composed can be written.
        let text = try? Yams.serialize(node: node.onOneLine, width: -1)
        return (text ?? "").replacing("\n...", with: "").trimmingCharacters(in: .newlines)
    }
}

extension Node {
    /// The tree with the scalars of an equal one where these are numbers.
    fileprivate func withNumbers(of other: Node?) -> Node {
        switch (self, other) {
        case (.mapping(var mapping), .mapping(let others)?):
            for (key, value) in mapping { mapping[key] = value.withNumbers(of: others[key]) }
            return .mapping(mapping)
        case (.sequence(var list), .sequence(let others)?):
            for index in list.indices where others.indices.contains(index) {
                list[index] = list[index].withNumbers(of: others[index])
            }
            return .sequence(list)
        case (.scalar, .scalar(let number)?) where float != nil: return Node(number.string)
        default: return self
        }
    }

    /// The tree with lists in brackets and keys in braces.
    fileprivate var onOneLine: Node {
        switch self {
        case .mapping(let mapping): .mapping(.init(mapping.map { ($0, $1.onOneLine) }, .implicit, .flow))
        case .sequence(let list): .sequence(.init(list.map(\.onOneLine), .implicit, .flow))
        case .scalar, .alias: self
        }
    }
}
