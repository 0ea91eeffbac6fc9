import Foundation

/// Reads image files of any known format, told apart by name.
public enum ImageFile {
    /// The whole image, without its alpha channel.
    ///
    /// - Throws: `ImageFileError`, or `FileError` where the file cannot be opened.
    public static func read(_ url: URL) throws -> MedicalImage {
        var image =
            switch try format(of: url) {
            case .nifti: try NIfTI.read(url)
            case .png: try PNG.read(url)
            case .jpeg: try JPEG.read(url)
            case .bmp: try BMP.read(url)
            case .tiff: try TIFF.read(url)
            }
        image.dropAlpha()
        return image
    }

    /// What the file says of itself before its voxels; its size is that of what `read` gives.
    ///
    /// - Throws: `ImageFileError`, or `FileError` where the file cannot be opened.
    public static func readInfo(_ url: URL) throws -> ImageInfo {
        var info =
            switch try format(of: url) {
            case .nifti: try NIfTI.readInfo(url)
            case .png: try PNG.readInfo(url)
            case .jpeg: try JPEG.readInfo(url)
            case .bmp: try BMP.readInfo(url)
            case .tiff: try TIFF.readInfo(url)
            }
        info.dropAlpha()
        return info
    }

    /// The file's name without the ending of an image format, the two-part ones included: `case_1.nii.gz` gives `case_1`.
    ///
    /// A name without such an ending is its own stem.
    public static func stem(of url: URL) -> String {
        let name = url.lastPathComponent
        guard let ending = ImageFormat.ending(of: name) else { return name }
        return String(name.dropLast(ending.count))
    }

    /// Whether the name is that of an image; the `.img` half of a pair is not, so that a folder lists each image once.
    public static func isRecognized(_ url: URL) -> Bool {
        guard let ending = ImageFormat.ending(of: url.lastPathComponent) else { return false }
        return !ending.hasPrefix(".img")
    }

    /// Whether the format loses what it packs, so that values of labels scatter about those that were meant.
    public static func isLossy(_ url: URL) -> Bool {
        ImageFormat.ending(of: url.lastPathComponent).map { ImageFormat.byEnding[$0] == .jpeg } ?? false
    }

    private static func format(of url: URL) throws -> ImageFormat {
        if let ending = ImageFormat.ending(of: url.lastPathComponent), let format = ImageFormat.byEnding[ending] {
            return format
        }
        if let foreign = ForeignFormat(url) {
            throw ImageFileError(
                url, .unsupported, "its ending says that it is of \(foreign.name), which is not read", advice: foreign.remedy)
        }
        throw ImageFileError(
            url, .unsupported, "the name has no known ending",
            advice: "known are \(ImageFormat.byEnding.keys.sorted().joined(separator: ", "))")
    }
}

/// The formats that are read, by the endings of their names.
enum ImageFormat {
    case nifti, png, jpeg, bmp, tiff

    static let byEnding: [String: ImageFormat] = [
        ".nii": .nifti, ".nii.gz": .nifti, ".hdr": .nifti, ".hdr.gz": .nifti, ".img": .nifti, ".img.gz": .nifti,
        ".png": .png, ".jpg": .jpeg, ".jpeg": .jpeg, ".jpe": .jpeg, ".jfif": .jpeg, ".bmp": .bmp, ".dib": .bmp,
        ".tif": .tiff, ".tiff": .tiff,
    ]

    /// The known ending of a name, in lower case; a name that is nothing but an ending has none.
    static func ending(of name: String) -> String? {
        let name = name.lowercased()
        return byEnding.keys.filter { name.hasSuffix($0) && name.count > $0.count }.max { $0.count < $1.count }
    }
}
