import Foundation

/// A data set that is not as its layout wants it: the file or folder, the line where there is one, and what is wrong.
public struct LayoutError: Error, CustomStringConvertible, Equatable, Sendable {
    public let path: String
    public let problem: String

    init(_ url: URL, _ problem: String) { self.init(url.path, problem) }

    /// - Parameter line: of a text file, counted from 1.
    init(_ path: String, line: Int? = nil, _ problem: String) {
        self.path = line.map { "\(path):\($0)" } ?? path
        self.problem = problem
    }

    public var description: String { "\(path): \(problem)" }
}
