/// A network configuration that makes no network.
public struct NetworkConfigurationError: Error, CustomStringConvertible, Equatable {
    public let key: String
    public let expected: String
    public let found: String

    public var description: String { "\(key): expected \(expected), found \(found)" }
}
