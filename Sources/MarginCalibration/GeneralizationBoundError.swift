/// A parameter of Theorem 1 that is outside its range.
public struct GeneralizationBoundError: Error, CustomStringConvertible, Equatable {
    /// Its name.
    public let parameter: String
    /// Its value.
    public let found: String
    /// The range.
    public let expected: String

    public var description: String { "\(parameter) = \(found): expected \(expected)" }
}
