import Foundation

extension JSONEncoder {
    /// An encoder that gives equal bytes for equal values: keys are sorted, slashes stand as they are, and dates are as in ISO 8601.
    ///
    /// - Parameter isPretty: with a line for each value, for files that people read.
    package static func sorted(isPretty: Bool = false) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            isPretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    package func text(_ value: some Encodable) throws -> String { String(decoding: try encode(value), as: UTF8.self) }
}
