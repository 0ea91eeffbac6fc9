import Yams

extension DecodingError {
    /// The keys to the value that is wrong, list indices as numbers, and what is the matter with it.
    var complaint: (key: [String], problem: String) {
        func names(_ path: [any CodingKey]) -> [String] { path.map { $0.intValue.map(String.init) ?? $0.stringValue } }
        switch self {
        case .keyNotFound(let missing, let context):
            return (names(context.codingPath) + [missing.stringValue], "this key is needed")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return (names(context.codingPath), "expected \(Self.words(for: type))")
        case .dataCorrupted(let context):
            // Our own types say what they expect, and `KeyNotingDecoder` what an enumeration of words does.
            let isSaid = context.debugDescription.hasPrefix("expected")
            return (names(context.codingPath), isSaid ? context.debugDescription : "expected another value")
        @unknown default:
            return ([], "\(self)")
        }
    }

    private static func words(for type: Any.Type) -> String {
        switch type {
        case is Int.Type: "a whole number"
        case is UInt64.Type: "a whole number from 0"
        case is Double.Type: "a number"
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is Node.Mapping.Type: "keys and values"
        case is Node.Sequence.Type: "a list"
        default: "a single value"
        }
    }
}
