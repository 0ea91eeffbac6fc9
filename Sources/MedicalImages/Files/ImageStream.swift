import Foundation

/// The bytes of an image file in order, inflated where the content is gzip whatever the name says.
///
/// Memory stays bounded: bytes go straight into the caller's buffers, through one input window of fixed size.
final class ImageStream {
    let url: URL
    private let file: InputFile
    private let inflater: Inflater?
    private var position = 0

    /// - Throws: `FileError` or `ImageFileError` where the file cannot be opened or is empty.
    init(_ url: URL) throws {
        self.url = url
        let file = try InputFile(url)
        self.file = file
        guard file.size > 0 else { throw ImageFileError.truncated(url, "it is empty") }
        let start = try withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { bytes in
            Array(bytes.prefix(try file.read(into: bytes)))
        }
        try file.seek(to: 0)
        inflater = start == Inflater.magic ? try Inflater(file) : nil
    }

    /// More bytes than this cannot come out, so a header that asks for more is refused before memory is asked for it.
    var mostBytes: Int { inflater == nil ? file.size : file.size * Inflater.largestExpansion }

    /// Fills `buffer` with the next bytes; the result is smaller than the buffer only at the end of the content.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try inflater?.read(into: buffer) ?? file.read(into: buffer)
        position += count
        return count
    }

    /// The next `count` bytes, or as many as there are: for headers.
    func read(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Fills all of `buffer`.
    ///
    /// - Throws: `ImageFileError` of kind `truncated` where the content ends before.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws {
        let end = position + buffer.count
        guard try read(into: buffer) == buffer.count else {
            throw ImageFileError.truncated(url, "its content ends after \(position) bytes, expected \(end)")
        }
    }

    /// Skips bytes.
    ///
    /// - Throws: `ImageFileError` of kind `truncated` where the content ends before.
    func skip(_ count: Int) throws {
        guard inflater != nil else {
            position += count
            return try file.seek(to: position)
        }
        var rest = count
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { window in
            while rest > 0 {
                let part = UnsafeMutableRawBufferPointer(rebasing: window.prefix(rest))
                try fill(part)
                rest -= part.count
            }
        }
    }

    /// Checks what follows the bytes that were needed, as far as damage to those would show there: the checksum of a gzip
    /// member.
    ///
    /// - Throws: `ImageFileError` where it is missing or wrong, or where much more content follows than the header states.
    func finish() throws {
        try inflater?.finishMember()
    }
}
