/// A change of the samples' number or order that is the same for every type.
package protocol SampleRearrangement {
    func callAsFunction<T>(_ values: consuming [T]) -> [T]
}

extension Samples {
    /// The samples after a rearrangement; where nothing else holds them, their memory is used again.
    package consuming func rearranged(by change: some SampleRearrangement) -> Samples {
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

/// Turns samples that lie pixel by pixel, `[pixels, channels]`, into planes, `[channels, pixels]`.
struct Deinterleaving: SampleRearrangement {
    let channels: Int

    func callAsFunction<T>(_ interleaved: [T]) -> [T] {
        guard channels > 1 else { return interleaved }
        let pixels = interleaved.count / channels
        return [T](unsafeUninitializedCapacity: interleaved.count) { planar, count in
            // Buffers: this passes over every image that is read, and array subscripts check each access.
            interleaved.withUnsafeBufferPointer { interleaved in
                for channel in 0..<channels {
                    for pixel in 0..<pixels {
                        planar.initializeElement(at: channel * pixels + pixel, to: interleaved[pixel * channels + channel])
                    }
                }
            }
            count = interleaved.count
        }
    }
}
