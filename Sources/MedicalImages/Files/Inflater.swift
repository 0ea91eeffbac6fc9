import CZlib
import Foundation

/// Inflates a gzip file as one stream, member after member (RFC 1952), or what is deflated without a frame.
final class Inflater {
    /// The first two bytes of every gzip member.
    static let magic: [UInt8] = [0x1f, 0x8b]

    /// Deflate expands no input by more than this factor. Source: zlib's technical details, "Maximum Compression Factor".
    static let largestExpansion = 1032

    /// Unread content that is inflated to reach a checksum: room for a writer's padding, too little for a bomb.
    private static let largestSurplus = 1 << 20

    private let file: InputFile
    // zlib's state points back at the stream, so both need an address that stays for the object's life.
    private let stream: UnsafeMutablePointer<z_stream>
    private let window: UnsafeMutableRawBufferPointer
    private let frame: Deflater.Frame
    private var isBetweenMembers = false

    /// - Parameter file: from where it stands on.
    init(_ file: InputFile, as frame: Deflater.Frame = .gzip) throws {
        self.file = file
        self.frame = frame
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        window = .allocate(byteCount: 1 << 18, alignment: 16)
        // 15 window bits are the most that deflate has; 16 more ask for a gzip header and checksum, a minus for neither.
        let code = inflateInit2_(stream, frame == .gzip ? 15 + 16 : -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot be set up: its version or memory does not fit")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        window.deallocate()
    }

    /// Fills `buffer`; the result is smaller than the buffer only after the last member's end.
    ///
    /// - Throws: `ImageFileError` where the file ends inside a member or a member is damaged.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            if isBetweenMembers {
                guard try startMember() else { break }
            }
            // zlib counts in 32 bits. A buffer with bytes has an address.
            let room = min(buffer.count - filled, 1 << 30)
            stream.pointee.next_out = (buffer.baseAddress! + filled).assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_out = uInt(room)
            try step()
            filled += room - Int(stream.pointee.avail_out)
        }
        return filled
    }

    /// Inflates on to the end of the member that gave the last byte, where its checksum and length are compared.
    ///
    /// - Throws: `ImageFileError` where they are missing or differ, or where much content was left.
    func finishMember() throws {
        var surplus = 0
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { rest in
            while !isBetweenMembers {
                stream.pointee.next_out = rest.baseAddress?.assumingMemoryBound(to: Bytef.self)
                stream.pointee.avail_out = uInt(rest.count)
                try step()
                surplus += rest.count - Int(stream.pointee.avail_out)
                guard surplus <= Inflater.largestSurplus else {
                    let limit = Inflater.largestSurplus
                    throw ImageFileError.corrupt(
                        file.url, "its content goes on for more than \(limit) bytes after what its header states")
                }
            }
        }
    }

    /// One round of zlib with the output that is set.
    private func step() throws {
        guard try hasInput() else {
            throw ImageFileError.truncated(file.url, "its gzip stream breaks off after \(file.size) bytes")
        }
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK: break
        case Z_STREAM_END: isBetweenMembers = true
        // No progress for want of input; more is fetched in the next round.
        case Z_BUF_ERROR where stream.pointee.avail_in == 0: break
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "unknown compression"
            throw ImageFileError.corrupt(file.url, "its gzip stream is damaged (\(reason))")
        }
    }

    /// Sets up for another member, if one follows; whatever else follows a member is padding.
    private func startMember() throws -> Bool {
        guard frame == .gzip, try hasInput(), stream.pointee.next_in.pointee == Inflater.magic[0], inflateReset(stream) == Z_OK
        else {
            return false
        }
        isBetweenMembers = false
        return true
    }

    private func hasInput() throws -> Bool {
        if stream.pointee.avail_in == 0 {
            stream.pointee.avail_in = uInt(try file.read(into: window))
            stream.pointee.next_in = window.baseAddress?.assumingMemoryBound(to: Bytef.self)
        }
        return stream.pointee.avail_in > 0
    }
}
