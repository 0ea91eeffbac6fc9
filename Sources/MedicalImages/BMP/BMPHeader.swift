/// What precedes the pixels of a BMP file: the file header, one of the seven info headers, masks and palette.
///
/// Source: Microsoft, "Bitmap Storage" (BITMAPCOREHEADER to BITMAPV5HEADER); OS/2 2.0 Presentation Manager (OS22XBITMAPHEADER).
struct BMPHeader {
    /// How pixels are stored.
    enum Pixels {
        /// Indices of `bits` bits, packed, in rows that are filled up to 4 bytes.
        case indices
        /// Indices as run lengths.
        case runs
        /// Whole pixels of `bits` bits, in rows that are filled up to 4 bytes; one mask for each channel.
        case masks([BMPMask])
    }

    let extent: Extent
    let picture: PictureInfo
    let pixels: Pixels
    /// The bits of a stored pixel.
    let bits: Int
    /// The first byte of the pixels.
    let pixelOffset: Int
    /// The greys that indices stand for, where the palette has no other colours.
    let grays: [UInt8]?
    let isTopDown: Bool

    /// The bytes of a stored row.
    var rowBytes: Int { (extent.width * bits + 31) / 32 * 4 }

    /// The row of the picture that the stored row is.
    func row(_ stored: Int) -> Int { isTopDown ? stored : extent.height - 1 - stored }
}

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
