import DurableFiles
import Foundation

/// Reads image files of any known format, recognised by their names, and DICOM, of which a folder is an image.
public enum ImageFile {
    /// The formats that are read and whose files are an image each; no two share an ending.
    private static let formats: [any ImageFormat.Type] = [NIfTI.self, PNG.self, JPEG.self, BMP.self, TIFF.self]

    private static let endings = formats.flatMap { $0.endings } + DICOMImages.endings

    /// The whole image, without its alpha channel.
    ///
    /// - Throws: `ImageFileError`, or `FileError` where the file cannot be opened.
    public static func read(_ url: URL) throws -> MedicalImage {
        var image = try requireFormat(url).read(url)
        image.dropAlpha()
        return image
    }

    /// What the file says of itself before its voxels; its size is that of what `read` gives.
    ///
    /// - Throws: `ImageFileError`, or `FileError` where the file cannot be opened.
    public static func readInfo(_ url: URL) throws -> ImageInfo {
        var info = try requireFormat(url).readInfo(url)
        info.dropAlpha()
        return info
    }

    /// The file's name without the ending of an image format, the two-part ones included: `case_1.nii.gz` gives `case_1`.
    ///
    /// A name without such an ending is its own stem.
    public static func stem(of url: URL) -> String {
        String(url.lastPathComponent.dropLast(url.ending(among: endings)?.count ?? 0))
    }

    /// A file's name as its stem and its ending.
    package static func parts(of name: String) -> (stem: String, ending: String) {
        let stem = stem(of: URL(filePath: "/" + name))
        return (stem, String(name.dropFirst(stem.count)))
    }

    /// Whether there is a file, or a folder of a DICOM series.
    public static func isThere(_ url: URL) -> Bool {
        switch FileSystem.kind(of: url.withoutSeries) {
        case .file: true
        case .folder: DICOMPlaces.isPlace(url)
        case .missing: false
        }
    }

    /// Whether the name is that of an image; the `.img` half of a pair is not, so that a folder lists each image once.
    public static func isRecognized(_ url: URL) -> Bool {
        format(of: url).map { url.ending(among: $0.companionEndings) == nil } ?? false
    }

    /// Whether the format's compression changes samples, so that label values scatter about the intended ones.
    public static func isLossy(_ url: URL) -> Bool { format(of: url)?.isLossy ?? false }

    private static func format(of url: URL) -> (any ImageFormat.Type)? {
        formats.first { url.ending(among: $0.endings) != nil }
    }

    private static func requireFormat(_ url: URL) throws -> any ImageFormat.Type {
        if let format = format(of: url), FileSystem.kind(of: url) != .folder { return format }
        if DICOMPlaces.isPlace(url) { return DICOMImages.self }
        if let foreign = ForeignFormat(url) {
            throw ImageFileError(
                url, .unsupported, "its ending says that it is of \(foreign.name), which is not read", advice: foreign.remedy)
        }
        throw ImageFileError(
            url, .unsupported, "the name has no known ending", advice: "known are \(endings.sorted().joined(separator: ", "))")
    }
}
