import CImageCodecs
import Foundation

extension PictureFormat {
    /// Calls a codec.
    ///
    /// - Throws: `ImageFileError` with the codec's reason unless it succeeds.
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

    /// The codec's own words.
    struct Refusal: Error { let reason: String }

    /// What `use` makes of a file's bytes, which a codec encodes and which end with the call.
    static func encoded<Value>(
        use: (UnsafeRawBufferPointer) throws -> Value,
        by encode: (inout UnsafeMutablePointer<UInt8>?, inout Int, inout cic_message) -> cic_status
    ) rethrows -> Result<Value, Refusal> {
        var file: UnsafeMutablePointer<UInt8>?
        var count = 0
        var message = cic_message()
        let status = encode(&file, &count, &message)
        defer { cic_free(file) }
        guard status == CIC_OK, let file else { return .failure(Refusal(reason: message.string)) }
        return .success(try use(UnsafeRawBufferPointer(start: file, count: count)))
    }
}

extension cic_message {
    /// The text up to its closing zero.
    var string: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
