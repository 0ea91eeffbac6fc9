/// Turns samples between pixel by pixel and plane by plane.
enum Interleaving {
    /// `[pixels, channels]` to `[channels, pixels]`.
    static func planar<T>(_ interleaved: [T], channels: Int) -> [T] {
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
