/// The samples of an image as they are stored, in the host's byte order: `[channels, depth, height, width]`.
public enum Samples: Sendable, Equatable {
    case uint8([UInt8])
    case int8([Int8])
    case uint16([UInt16])
    case int16([Int16])
    case uint32([UInt32])
    case int32([Int32])
    case uint64([UInt64])
    case int64([Int64])
    case float32([Float])
    case float64([Double])

    /// The number of samples, over all channels.
    public var count: Int { withUnsafeBytes(\.count) / type.byteCount }

    /// The number type of each sample.
    public var type: VoxelType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        }
    }

    /// The samples' bytes in order, valid inside `body` alone: whole volumes are written and hashed without a copy.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch self {
        case .uint8(let values): try values.withUnsafeBytes(body)
        case .int8(let values): try values.withUnsafeBytes(body)
        case .uint16(let values): try values.withUnsafeBytes(body)
        case .int16(let values): try values.withUnsafeBytes(body)
        case .uint32(let values): try values.withUnsafeBytes(body)
        case .int32(let values): try values.withUnsafeBytes(body)
        case .uint64(let values): try values.withUnsafeBytes(body)
        case .int64(let values): try values.withUnsafeBytes(body)
        case .float32(let values): try values.withUnsafeBytes(body)
        case .float64(let values): try values.withUnsafeBytes(body)
        }
    }
}

/// A change of the samples' number or order that is the same for every type.
protocol SampleRearrangement {
    func callAsFunction<T>(_ values: consuming [T]) -> [T]
}

extension Samples {
    /// The samples after a rearrangement; where nothing else holds them, their memory is used again.
    consuming func rearranged(by change: some SampleRearrangement) -> Samples {
        switch consume self {
        case .uint8(let values): .uint8(change(values))
        case .int8(let values): .int8(change(values))
        case .uint16(let values): .uint16(change(values))
        case .int16(let values): .int16(change(values))
        case .uint32(let values): .uint32(change(values))
        case .int32(let values): .int32(change(values))
        case .uint64(let values): .uint64(change(values))
        case .int64(let values): .int64(change(values))
        case .float32(let values): .float32(change(values))
        case .float64(let values): .float64(change(values))
        }
    }

    /// Takes the last samples away.
    mutating func removeLast(_ count: Int) {
        self = rearranged(by: RemovingLast(count: count))
    }
}

private struct RemovingLast: SampleRearrangement {
    let count: Int

    func callAsFunction<T>(_ values: consuming [T]) -> [T] {
        values.removeLast(count)
        return values
    }
}
