import Foundation

/// A format of images that is read, known by the endings of its names.
protocol ImageFormat: SendableMetatype {
    /// In lower case, each with its point.
    static var endings: [String] { get }
    /// Those of `endings` whose files are the second half of an image, so that a folder lists each image once.
    static var companionEndings: [String] { get }
    /// Whether the format's compression changes the samples.
    static var isLossy: Bool { get }

    /// The whole image as it is stored, with its alpha channel.
    ///
    /// - Throws: `ImageFileError` where the content is damaged, ends early or is of a rare kind; `FileError` where the file cannot
    ///   be opened.
    static func read(_ url: URL) throws -> MedicalImage
    /// What the file says of itself before its voxels.
    ///
    /// - Throws: as `read`, for what shows without reading the voxels.
    static func readInfo(_ url: URL) throws -> ImageInfo
}

extension ImageFormat {
    static var companionEndings: [String] { [] }
    static var isLossy: Bool { false }
}

extension URL {
    /// The longest of some endings that the name has, whatever its case; a name that consists of an ending alone has none.
    ///
    /// - Parameter endings: in lower case, each with its point.
    func ending(among endings: [String]) -> String? {
        let name = lastPathComponent.lowercased()
        return endings.filter { name.hasSuffix($0) && name.count > $0.count }.max { $0.count < $1.count }
    }
}
