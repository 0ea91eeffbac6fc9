/// A case that was left out, and why.
public struct UnreadableCase: Error, Sendable, Hashable, Codable {
    public let id: String
    /// With the file's path.
    public let problem: String

    public init(id: String, problem: String) {
        self.id = id
        self.problem = problem
    }
}
