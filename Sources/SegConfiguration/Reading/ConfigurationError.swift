/// A configuration that cannot be used: the key, and where it was written if it was.
public struct ConfigurationError: Error, CustomStringConvertible, Equatable {
    /// The keys from the root, list indices as numbers.
    public let key: [String]
    public let problem: String
    /// `file:line:column`, or the command-line argument; nil for a value that nobody wrote.
    public let place: String?

    public init(_ key: [String], _ problem: String, at place: String? = nil) {
        self.key = key
        self.problem = problem
        self.place = place
    }

    /// `training.stages[1].epochs`
    public static func path(_ key: [String]) -> String {
        key.reduce("") { path, part in
            Int(part) != nil ? "\(path)[\(part)]" : path.isEmpty ? part : "\(path).\(part)"
        }
    }

    public var description: String {
        let name = key.isEmpty ? "" : "\(Self.path(key)): "
        return "\(place.map { "\($0): " } ?? "")\(name)\(problem)"
    }
}
