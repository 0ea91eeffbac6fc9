import Foundation
import MedicalImages

/// One image with its labels: a volume, a slice or a video frame.
public struct DataCase: Sendable, Hashable {
    /// The name that reports use; `/` separates the folders of a nested data set.
    public let id: String
    /// The patient or video that the case belongs to, which must not be in two splits.
    public let group: String
    public let image: ImageLocation
    /// Where the labels stand; nil where there is nothing to learn from or to compare with.
    public let label: LabelSource?

    public init(id: String, group: String, image: ImageLocation, label: LabelSource?) {
        self.id = id
        self.group = group
        self.image = image
        self.label = label
    }

    /// A case whose labels stand in one file.
    public init(id: String, group: String, image: ImageLocation, label: URL) {
        self.init(id: id, group: group, image: image, label: LabelSource(file: label))
    }

    /// Every file of image and labels.
    public var files: [URL] { image.files + (label?.layers.map(\.url) ?? []) }

    /// Whether a label file has lossy compression.
    public var areLabelsCompressed: Bool { label?.layers.contains { ImageFile.isLossy($0.url) } ?? false }

    /// The name as that of a file, without an ending.
    public var fileName: String { id.replacing("/", with: "_") }
}

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
