import CImageCodecs
import DurableFiles
import Foundation

extension PNG {
    /// Writes grey values of 8 bits, `[height, width]`. The file appears whole or not at all.
    ///
    /// - Throws: `ImageFileError` for sizes that PNG cannot hold; `FileError` where the file cannot be written.
    /// - Precondition: `width · height` values.
    public static func write(gray: [UInt8], width: Int, height: Int, to url: URL) throws {
        precondition(gray.count == width * height, "as many grey values as pixels")
        try gray.withUnsafeBytes { try write($0, width, height, bitDepth: 8, channels: 1, url) }
    }

    /// The same with 16 bits.
    public static func write(gray16: [UInt16], width: Int, height: Int, to url: URL) throws {
        precondition(gray16.count == width * height, "as many grey values as pixels")
        try gray16.withUnsafeBytes { try write($0, width, height, bitDepth: 16, channels: 1, url) }
    }

    /// Writes colours of 8 bits, interleaved, `[height, width, 3]`. The file appears whole or not at all.
    ///
    /// - Throws: `ImageFileError` for sizes that PNG cannot hold; `FileError` where the file cannot be written.
    /// - Precondition: `3 · width · height` values.
    public static func write(rgb: [UInt8], width: Int, height: Int, to url: URL) throws {
        precondition(rgb.count == 3 * width * height, "three values for each pixel")
        try rgb.withUnsafeBytes { try write($0, width, height, bitDepth: 8, channels: 3, url) }
    }

    /// The bytes of a PNG file of colours of 8 bits, interleaved, `[height, width, 3]`: for a picture inside another file.
    ///
    /// - Precondition: `3 · width · height` values, and a size that PNG can hold.
    public static func encode(rgb: [UInt8], width: Int, height: Int) -> Data {
        precondition(rgb.count == 3 * width * height, "three values for each pixel")
        return rgb.withUnsafeBytes { samples in
            switch encode(samples, width, height, bitDepth: 8, channels: 3, use: { Data($0) }) {
            case .success(let data): return data
            case .failure(let refusal): preconditionFailure("PNG cannot hold \(width) × \(height) pixels (\(refusal.reason))")
            }
        }
    }

    private static func write(
        _ samples: UnsafeRawBufferPointer, _ width: Int, _ height: Int, bitDepth: UInt8, channels: UInt8, _ url: URL
    ) throws {
        let written = try encode(samples, width, height, bitDepth: bitDepth, channels: channels) { png in
            try DurableFile.write(to: url) { try $0.append(png) }
        }
        if case .failure(let refusal) = written {
            throw ImageFileError(
                url, .unsupported, "PNG cannot hold \(width) × \(height) pixels (\(refusal.reason))",
                advice: "write it in parts or as NIfTI")
        }
    }

    /// - Parameter use: called with the file's bytes, which end with the call.
    private static func encode<Value>(
        _ samples: UnsafeRawBufferPointer, _ width: Int, _ height: Int, bitDepth: UInt8, channels: UInt8,
        use: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Result<Value, PictureFormat.Refusal> {
        try PictureFormat.encoded(use: use) {
            cic_png_write(
                samples.baseAddress, UInt32(clamping: width), UInt32(clamping: height), bitDepth, channels, &$0, &$1, &$2)
        }
    }
}
