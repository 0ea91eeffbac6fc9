/// The bits of a pixel that hold one channel.
struct BMPMask {
    let shift: UInt32
    /// The largest number that the bits hold; 0 where the channel has none.
    let most: UInt32

    /// - Parameter bits: adjacent ones. Nil where they have gaps.
    init?(_ bits: UInt32) {
        shift = bits == 0 ? 0 : UInt32(bits.trailingZeroBitCount)
        most = bits >> shift
        guard most & (most &+ 1) == 0 else { return nil }
    }

    /// The channel's value brought to 8 bits: `round(255 · value / most)`.
    func value(of word: UInt32) -> UInt8 {
        guard most > 0 else { return 0 }
        let value = word >> shift & most
        return most == 255 ? UInt8(value) : UInt8((UInt64(value) * 510 + UInt64(most)) / (2 * UInt64(most)))
    }
}
