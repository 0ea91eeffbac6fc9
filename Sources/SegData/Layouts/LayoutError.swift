import Foundation

/// A data set that is not as its layout wants it: the file or folder, and what is wrong.
public struct LayoutError: Error, CustomStringConvertible, Equatable, Sendable {
    public let path: String
    public let problem: String

    init(_ url: URL, _ problem: String) {
        path = url.path
        self.problem = problem
    }

    public var description: String { "\(path): \(problem)" }
}
