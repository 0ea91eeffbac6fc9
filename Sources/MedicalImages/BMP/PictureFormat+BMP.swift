extension PictureFormat {
    static let bmp = PictureFormat(name: "BMP", signatures: [Array("BM".utf8)])
}
