import Foundation

/// Reads TIFF and BigTIFF of either byte order: integers of 1 to 64 bits and floating point of 32 and 64, grey, RGB and palette,
/// in strips or tiles, with the compressions of the system's libtiff.
///
/// Pages of equal size and kind are the slices of a volume; thumbnails and transparency masks are passed over. Pages are
/// turned upright by their orientation tag, and grey that counts from white is inverted, as viewers show it.
public enum TIFF: ImageFormat {
    static let endings = [".tif", ".tiff"]

    public static func read(_ url: URL) throws -> MedicalImage { try TIFFFile(url).image() }
    public static func readInfo(_ url: URL) throws -> ImageInfo { try TIFFFile(url).info }
}
