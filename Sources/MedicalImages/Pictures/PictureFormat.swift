import CImageCodecs
import Foundation

/// A format of pictures, whose files are known by their first bytes.
struct PictureFormat {
    let name: String
    /// What its files begin with.
    let signatures: [[UInt8]]

    static let bmp = PictureFormat(name: "BMP", signatures: [Array("BM".utf8)])
    static let jpeg = PictureFormat(name: "JPEG", signatures: [[0xff, 0xd8]])
    static let png = PictureFormat(name: "PNG", signatures: [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]])
    /// `II` or `MM` for the byte order, then 42 for TIFF and 43 for BigTIFF.
    static let tiff = PictureFormat(
        name: "TIFF", signatures: [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]])

    /// The whole file.
    ///
    /// - Throws: `FileError`, or `ImageFileError` where the file is empty, too large to be a picture, or begins otherwise.
    func read(_ url: URL) throws -> Data {
        let file = try InputFile(url)
        try Memory.require(max(1, file.size), for: url)
        var data = Data(count: file.size)
        let count = try data.withUnsafeMutableBytes { try file.read(into: $0) }
        data.removeLast(data.count - count)
        try requireSignature(data, url)
        return data
    }

    /// Refuses a file whose first bytes are not those of the format that its name states.
    func requireSignature(_ start: some Collection<UInt8>, _ url: URL) throws {
        guard !start.isEmpty else { throw ImageFileError.truncated(url, "it is empty") }
        guard signatures.contains(where: start.starts) else {
            throw ImageFileError(
                url, .notAnImage, "it is no \(name) file (the signature is missing or damaged)",
                advice: "fetch the file again, or rename it after its true format")
        }
    }

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
}

extension PictureFormat {
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
