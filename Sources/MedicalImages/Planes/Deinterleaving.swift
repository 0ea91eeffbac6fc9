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
