/// Processes that cannot train together, or no longer.
public struct ProcessesError: Error, CustomStringConvertible, Equatable {
    let problem: String
    let remedy: String

    init(_ problem: String, _ remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String { "\(problem); \(remedy)" }
}
