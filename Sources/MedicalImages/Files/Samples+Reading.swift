import Foundation

extension Samples {
    /// The next `count` samples of a stream, brought into the host's byte order.
    ///
    /// - Throws: `ImageFileError` where the stream ends before or the memory is not to be had.
    static func read(_ type: VoxelType, count: Int, byteOrder: ByteOrder, from stream: ImageStream) throws -> Samples {
        let swaps = byteOrder != .host
        return switch type {
        case .uint8: .uint8(try numbers(count, from: stream, as: UInt8.self, swaps))
        case .int8: .int8(try numbers(count, from: stream, as: UInt8.self, swaps))
        case .uint16: .uint16(try numbers(count, from: stream, as: UInt16.self, swaps))
        case .int16: .int16(try numbers(count, from: stream, as: UInt16.self, swaps))
        case .uint32: .uint32(try numbers(count, from: stream, as: UInt32.self, swaps))
        case .int32: .int32(try numbers(count, from: stream, as: UInt32.self, swaps))
        case .uint64: .uint64(try numbers(count, from: stream, as: UInt64.self, swaps))
        case .int64: .int64(try numbers(count, from: stream, as: UInt64.self, swaps))
        case .float32: .float32(try numbers(count, from: stream, as: UInt32.self, swaps))
        case .float64: .float64(try numbers(count, from: stream, as: UInt64.self, swaps))
        }
    }

    /// - Parameter word: the unsigned integer as wide as `T`, which swaps its bytes.
    private static func numbers<T, Word: FixedWidthInteger>(
        _ count: Int, from stream: ImageStream, as word: Word.Type, _ swaps: Bool
    ) throws -> [T] {
        try Memory.require(count * MemoryLayout<T>.stride, for: stream.url)
        return try [T](unsafeUninitializedCapacity: count) { buffer, filled in
            try stream.fill(UnsafeMutableRawBufferPointer(buffer))
            // Swapped in place as integers: a Float with foreign bytes may be a signalling NaN, which a load would change.
            if swaps {
                buffer.withMemoryRebound(to: Word.self) { words in
                    for i in 0..<words.count { words[i] = words[i].byteSwapped }
                }
            }
            filled = count
        }
    }
}
