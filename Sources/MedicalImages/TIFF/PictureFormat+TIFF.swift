extension PictureFormat {
    /// Signatures are `II` or `MM` for the byte order, then 42 for TIFF and 43 for BigTIFF.
    static let tiff = PictureFormat(
        name: "TIFF", signatures: [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]])
}
