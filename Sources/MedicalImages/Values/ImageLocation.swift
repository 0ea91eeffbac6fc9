import Foundation

/// Where one image lies: in a file with all its channels, or in several files whose channels follow each other.
public struct ImageLocation: Sendable, Hashable {
    /// In the order of the channels.
    public let files: [URL]

    /// - Precondition: at least one file.
    public init(_ files: [URL]) {
        precondition(!files.isEmpty, "an image has a file")
        self.files = files
    }

    public init(_ file: URL) { files = [file] }

    /// The file whose grid and format are the image's.
    public var first: URL { files[0] }

    /// The first file's, for messages.
    public var path: String { first.path }
}
