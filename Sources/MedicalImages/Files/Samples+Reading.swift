import Foundation

extension Samples {
    /// The next `count` samples of a stream, brought into the host's byte order.
    ///
    /// - Throws: `ImageFileError` where the stream ends before or where there is not enough memory.
    static func read(_ type: VoxelType, count: Int, byteOrder: ByteOrder, from stream: ImageStream) throws -> Samples {
        try filled(type, count: count, for: stream.url) { bytes in
            try stream.fill(bytes)
            guard byteOrder != .host else { return }
            switch type.byteCount {
            case 2: swapBytes(of: bytes, as: UInt16.self)
            case 4: swapBytes(of: bytes, as: UInt32.self)
            case 8: swapBytes(of: bytes, as: UInt64.self)
            default: break
            }
        }
    }

    /// Swapped in place as integers: a Float with foreign bytes may be a signalling NaN, which a load would change.
    private static func swapBytes<Word: FixedWidthInteger>(of bytes: UnsafeMutableRawBufferPointer, as word: Word.Type) {
        bytes.withMemoryRebound(to: word) { words in
            for i in 0..<words.count { words[i] = words[i].byteSwapped }
        }
    }

    /// Samples whose memory `fill` fills.
    ///
    /// - Throws: what `fill` throws; `ImageFileError` where there is not enough memory.
    static func filled(
        _ type: VoxelType, count: Int, for url: URL, by fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> Samples {
        try Memory.require(count * type.byteCount, for: url)
        func numbers<T>() throws -> [T] {
            try [T](unsafeUninitializedCapacity: count) { buffer, filled in
                try fill(UnsafeMutableRawBufferPointer(buffer))
                filled = count
            }
        }
        return switch type {
        case .uint8: .uint8(try numbers())
        case .int8: .int8(try numbers())
        case .uint16: .uint16(try numbers())
        case .int16: .int16(try numbers())
        case .uint32: .uint32(try numbers())
        case .int32: .int32(try numbers())
        case .uint64: .uint64(try numbers())
        case .int64: .int64(try numbers())
        case .float32: .float32(try numbers())
        case .float64: .float64(try numbers())
        }
    }
}
