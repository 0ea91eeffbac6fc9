import CImageCodecs
import Foundation

/// Reads TIFF and BigTIFF of either byte order: integers of 1 to 64 bits and floating point of 32 and 64, grey, RGB and palette,
/// in strips or tiles, with the compressions of the system's libtiff.
///
/// Pages of equal size and kind are the slices of a volume; thumbnails and transparency masks are passed over. Pages are
/// turned upright by their orientation tag, and grey that counts from white is turned over, as viewers show it.
public enum TIFF: ImageFormat {
    static let endings = [".tif", ".tiff"]

    /// The whole image, with planar samples.
    ///
    /// - Throws: `ImageFileError` where the content is no sound TIFF, its pages differ, or its pixels are of a rare kind;
    ///   `FileError` where the file cannot be opened.
    public static func read(_ url: URL) throws -> MedicalImage {
        let file = try TIFFFile(url)
        return MedicalImage(
            picture: file.picture, url.path, extent: file.extent, samples: try file.samples(), notes: file.notes)
    }

    /// What the pages say before their pixels.
    ///
    /// - Throws: as `read`, for what shows without reading pixels.
    public static func readInfo(_ url: URL) throws -> ImageInfo {
        let file = try TIFFFile(url)
        return ImageInfo(picture: file.picture, extent: file.extent, voxelType: file.voxelType, notes: file.notes)
    }
}
