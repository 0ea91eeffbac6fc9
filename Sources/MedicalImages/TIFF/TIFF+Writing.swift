import CImageCodecs
import DurableFiles
import Foundation

extension TIFF {
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
