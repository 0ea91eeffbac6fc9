import CZlib
import DurableFiles
import Foundation

/// Deflates bytes into a file; equal bytes give an equal file, for a gzip member contains neither a time nor a name.
final class Deflater {
    /// What stands around the deflated bytes.
    enum Frame {
        /// A gzip member's header and checksum.
        case gzip
        /// Nothing.
        case raw
    }

    private let writer: DurableFile.Writer
    /// Bytes that were written.
    private(set) var byteCount = 0
    // zlib's state points back at the stream, so both need an address that stays for the object's life.
    private let stream: UnsafeMutablePointer<z_stream>
    private let window: UnsafeMutableRawBufferPointer

    init(_ writer: DurableFile.Writer, as frame: Frame = .gzip) {
        self.writer = writer
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        window = .allocate(byteCount: 1 << 18, alignment: 16)
        // 15 window bits and memory level 8 are zlib's defaults; 16 more ask for a gzip header and checksum, a minus for neither.
        let code = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, frame == .gzip ? 15 + 16 : -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot be set up: its version or memory does not fit")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        window.deallocate()
    }

    /// - Throws: `FileError` where the file cannot be written.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            // zlib counts in 32 bits.
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
            // zlib only reads its input; the C declaration lacks the const.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: part.baseAddress?.assumingMemoryBound(to: Bytef.self))
            stream.pointee.avail_in = uInt(part.count)
            while stream.pointee.avail_in > 0 { _ = try step(Z_NO_FLUSH) }
        }
    }

    /// Ends the stream, a gzip member with its checksum.
    ///
    /// - Throws: `FileError` where the file cannot be written.
    func finish() throws {
        stream.pointee.avail_in = 0
        while try step(Z_FINISH) != Z_STREAM_END {}
    }

    private func step(_ flush: Int32) throws -> Int32 {
        stream.pointee.next_out = window.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_out = uInt(window.count)
        let code = deflate(stream, flush)
        precondition(code == Z_OK || code == Z_STREAM_END, "deflate with room for output cannot fail")
        let bytes = UnsafeRawBufferPointer(rebasing: window.prefix(window.count - Int(stream.pointee.avail_out)))
        try writer.append(bytes)
        byteCount += bytes.count
        return code
    }
}
