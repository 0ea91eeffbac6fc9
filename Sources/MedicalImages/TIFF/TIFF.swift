import CImageCodecs
import DurableFiles
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

    /// Writes grey pages of 8 bits, `[pages, height, width]`, deflated. The file appears whole or not at all.
    ///
    /// - Throws: `ImageFileError` for sizes that TIFF cannot hold; `FileError` where the file cannot be written.
    /// - Precondition: `width · height · pages` values.
    public static func write(gray: [UInt8], width: Int, height: Int, pages: Int = 1, to url: URL) throws {
        precondition(gray.count == width * height * pages, "as many grey values as pixels")
        let written = try PictureFormat.encoded(use: { file in try DurableFile.write(to: url) { try $0.append(file) } }) {
            cic_tiff_write(gray, UInt32(clamping: width), UInt32(clamping: height), UInt32(clamping: pages), &$0, &$1, &$2)
        }
        if case .failure(let refusal) = written {
            throw ImageFileError(
                url, .unsupported, "TIFF cannot hold \(pages) pages of \(width) × \(height) pixels (\(refusal.reason))",
                advice: "write it in parts or as NIfTI")
        }
    }
}
