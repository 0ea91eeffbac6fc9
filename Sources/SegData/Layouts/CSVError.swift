/// A comma-separated file that cannot be understood: which line, why, and what was expected.
public struct CSVError: Error, CustomStringConvertible, Equatable, Sendable {
    public let path: String
    /// Counted from 1; nil where the whole file is meant.
    public let line: Int?
    public let problem: String

    public var description: String {
        line.map { "\(path):\($0): \(problem)" } ?? "\(path): \(problem)"
    }
}
