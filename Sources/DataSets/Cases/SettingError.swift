/// A setting of the preparation that cannot be meant: its name, what it is and what was expected.
public struct SettingError: Error, CustomStringConvertible, Equatable, Sendable {
    public let setting: String
    public let found: String
    public let expected: String

    public var description: String { "\(setting): \(found); expected \(expected)" }

    package static func require(_ isMet: Bool, _ setting: String, found: String, expected: String) throws {
        guard isMet else { throw SettingError(setting: setting, found: found, expected: expected) }
    }
}
