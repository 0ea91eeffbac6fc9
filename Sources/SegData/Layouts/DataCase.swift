import Foundation

/// One image with its labels: a volume, a slice or a video frame.
public struct DataCase: Sendable, Hashable {
    /// The name that reports use: the stem of the image file.
    public let id: String
    /// What must not stand in two splits: a patient or a video.
    public let group: String
    /// One file with all channels, or one file a channel.
    public let images: [URL]
    /// The label file; nil where there is nothing to learn from or to compare with.
    public let label: URL?

    /// - Precondition: at least one image file.
    public init(id: String, group: String, images: [URL], label: URL?) {
        precondition(!images.isEmpty, "a case has an image")
        self.id = id
        self.group = group
        self.images = images
        self.label = label
    }
}
