/// Patterns of files in writing: one, a list, or null for none.
public struct FilePatterns: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public var patterns: [String]

    public init(_ patterns: [String]) { self.patterns = patterns }

    public init(arrayLiteral elements: String...) { patterns = elements }

    public var description: String { patterns.joined(separator: ", ") }
}

extension FilePatterns: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            patterns = []
        } else if let pattern = try? container.decode(String.self) {
            patterns = [pattern]
        } else if let list = try? container.decode([String].self) {
            patterns = list
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a path, or a list of paths")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if patterns.count == 1 { try container.encode(patterns[0]) } else { try container.encode(patterns) }
    }
}
