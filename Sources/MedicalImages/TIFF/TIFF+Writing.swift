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
        var file: UnsafeMutablePointer<UInt8>?
        var count = 0
        var message = cic_message()
        let status = gray.withUnsafeBufferPointer {
            cic_tiff_write(
                $0.baseAddress, UInt32(clamping: width), UInt32(clamping: height), UInt32(clamping: pages), &file, &count,
                &message)
        }
        defer { cic_free(file) }
        guard status == CIC_OK, let file else {
            throw ImageFileError(
                url, .unsupported, "TIFF cannot hold \(pages) pages of \(width) × \(height) pixels (\(message.string))",
                advice: "write it in parts or as NIfTI")
        }
        try DurableFile.write(to: url) { try $0.append(UnsafeRawBufferPointer(start: file, count: count)) }
    }
}
