import Foundation

/// A file or folder that could not be read, written, made or used: its path, what was tried, and the reason.
public struct FileError: Error, CustomStringConvertible, Equatable {
    public let path: String
    public let problem: String
    public let reason: String

    public init(_ url: URL, _ problem: String, reason: String) { self.init(url.path, problem, reason: reason) }

    public init(_ path: String, _ problem: String, reason: String) {
        self.path = path
        self.problem = problem
        self.reason = reason
    }

    /// The error of the system call that has just failed.
    public static func now(_ url: URL, _ problem: String) -> FileError {
        FileError(url, problem, reason: String(cString: strerror(errno)))
    }

    public var description: String { "\(path) \(problem): \(reason)" }
}
