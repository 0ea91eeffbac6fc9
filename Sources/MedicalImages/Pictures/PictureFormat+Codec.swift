import CImageCodecs
import Foundation

extension PictureFormat {
    /// Calls a codec.
    ///
    /// - Throws: `ImageFileError` with the codec's reason unless it is content.
    func check(_ url: URL, _ call: (inout cic_message) -> cic_status) throws {
        var message = cic_message()
        switch call(&message) {
        case CIC_OK: return
        case CIC_TRUNCATED: throw ImageFileError.truncated(url, "its \(name) stream breaks off (\(message.string))")
        case CIC_UNSUPPORTED:
            throw ImageFileError(
                url, .unsupported, "its \(name) encoding is not read (\(message.string))",
                advice: "save it as 8- or 16-bit grey or RGB, uncompressed or as PNG")
        default: throw ImageFileError.corrupt(url, "its \(name) stream is damaged (\(message.string))")
        }
    }
}

extension cic_message {
    /// The text up to its closing zero.
    var string: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
