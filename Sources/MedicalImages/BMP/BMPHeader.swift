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
