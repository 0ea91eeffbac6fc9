/// An invalid setting of the preparation: its name, its value and what was expected.
public struct SettingError: Error, CustomStringConvertible, Equatable, Sendable {
    public let setting: String
    public let found: String
    public let expected: String

    package init(_ setting: String, found: String, expected: String) {
        self.setting = setting
        self.found = found
        self.expected = expected
    }

    public var description: String { "\(setting): \(found); expected \(expected)" }

    package static func require(_ isMet: Bool, _ setting: String, found: String, expected: String) throws {
        guard isMet else { throw SettingError(setting, found: found, expected: expected) }
    }

    /// - Parameter unit: of the numbers, for the message.
    package static func require(_ setting: String, _ value: Double, in range: ClosedRange<Double>, _ unit: String = "") throws {
        func text(_ bound: Double) -> String { bound == bound.rounded() ? "\(Int(bound))" : "\(bound)" }
        let expected = "\(text(range.lowerBound)) to \(text(range.upperBound))" + (unit.isEmpty ? "" : " \(unit)")
        try require(range.contains(value), setting, found: "\(value)", expected: expected)
    }
}

extension Decoder {
    /// The error of a value that is written in none of the forms that are understood.
    package func mismatch(_ expected: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: expected))
    }
}
