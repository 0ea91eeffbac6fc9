import Foundation

/// Why a file cannot be used as an image: which file, what is wrong, and what to do.
public struct ImageFileError: Error, CustomStringConvertible, Equatable {
    /// The nature of the fault.
    public enum Kind: Sendable {
        /// The content is of no known format.
        case notAnImage
        /// The file ends before its content does.
        case truncated
        /// The content contradicts itself or its format.
        case corrupt
        /// The content is sound, but beyond what is read or written here.
        case unsupported
        /// The second file of a pair is missing.
        case missingCompanion
        /// The values are no labels.
        case notLabels
    }

    /// The file.
    public let path: String
    /// The nature of the fault, for code that tells faults apart.
    public let kind: Kind
    /// What is wrong and what to do, on one line; header text that may name a patient never enters it.
    public let reason: String
    /// What is wrong, without what to do.
    package let problem: String

    init(path: String, kind: Kind, reason: String, advice: String) {
        self.path = path
        self.kind = kind
        problem = reason
        self.reason = "\(reason); \(advice)"
    }

    init(_ url: URL, _ kind: Kind, _ reason: String, advice: String) {
        self.init(path: url.path, kind: kind, reason: reason, advice: advice)
    }

    /// A file whose damage cannot be mended here.
    static func corrupt(_ url: URL, _ reason: String) -> ImageFileError {
        ImageFileError(url, .corrupt, reason, advice: "make or fetch the file again")
    }

    /// A file that is shorter than its content needs.
    static func truncated(_ url: URL, _ reason: String) -> ImageFileError {
        ImageFileError(url, .truncated, reason, advice: "copy the file again from its source")
    }

    /// `PATH: what is wrong; what to do`, on one line.
    public var description: String { "\(path): \(reason)" }
}
