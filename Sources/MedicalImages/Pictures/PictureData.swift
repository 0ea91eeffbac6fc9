import CImageCodecs
import DurableFiles
import Foundation

/// Reads the bytes of a picture file, and turns the codecs' answers into errors.
enum PictureData {
    /// The whole file.
    ///
    /// - Parameter signatures: what such files begin with.
    /// - Throws: `FileError`, or `ImageFileError` where the file is empty, too large to be a picture, or begins otherwise.
    static func read(_ url: URL, _ format: PictureInfo.Format, signatures: [[UInt8]]) throws -> Data {
        let file = try InputFile(url)
        try Memory.require(max(1, file.size), for: url)
        var data = Data(count: file.size)
        let count = try data.withUnsafeMutableBytes { try file.read(into: $0) }
        data.removeLast(data.count - count)
        guard !data.isEmpty else { throw ImageFileError.truncated(url, "it is empty") }
        guard signatures.contains(where: { data.starts(with: $0) }) else { throw notOf(format, url) }
        return data
    }

    /// A file whose first bytes are not those of the format that its name states.
    static func notOf(_ format: PictureInfo.Format, _ url: URL) -> ImageFileError {
        ImageFileError(
            url, .notAnImage, "it is no \(format.rawValue) file (the signature is missing or damaged)",
            advice: "fetch the file again, or rename it after its true format")
    }

    /// Calls a codec.
    ///
    /// - Throws: `ImageFileError` with the codec's reason unless it is content.
    static func check(_ url: URL, _ format: PictureInfo.Format, _ call: (inout cic_message) -> cic_status) throws {
        var message = cic_message()
        switch call(&message) {
        case CIC_OK: return
        case CIC_TRUNCATED: throw ImageFileError.truncated(url, "its \(format.rawValue) stream breaks off (\(message.string))")
        case CIC_UNSUPPORTED:
            throw ImageFileError(
                url, .unsupported, "its \(format.rawValue) encoding is not read (\(message.string))",
                advice: "save it as 8- or 16-bit grey or RGB, uncompressed or as PNG")
        default: throw ImageFileError.corrupt(url, "its \(format.rawValue) stream is damaged (\(message.string))")
        }
    }
}

extension cic_message {
    /// The text up to its closing zero.
    var string: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
