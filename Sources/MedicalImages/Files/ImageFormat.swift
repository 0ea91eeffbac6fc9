import Foundation

/// A format of images that is read, known by the endings of its names.
protocol ImageFormat: SendableMetatype {
    /// In lower case, each with its point.
    static var endings: [String] { get }
    /// Those of `endings` whose files are the second half of an image, so that a folder lists each image once.
    static var companionEndings: [String] { get }
    /// Whether the format loses what it packs.
    static var isLossy: Bool { get }

    /// The whole image.
    static func read(_ url: URL) throws -> MedicalImage
    /// What the file says of itself before its voxels.
    static func readInfo(_ url: URL) throws -> ImageInfo
}

extension ImageFormat {
    static var companionEndings: [String] { [] }
    static var isLossy: Bool { false }
}
