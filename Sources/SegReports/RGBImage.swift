import Foundation
import MedicalImages

/// A picture in memory: 8-bit sRGB, rows from the top.
public struct RGBImage: Sendable, Hashable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Red, green, blue of each pixel, row after row.
    public private(set) var bytes: [UInt8]

    /// A picture of one colour.
    ///
    /// - Precondition: `width` and `height` ≥ 1.
    public init(width: Int, height: Int, fill: RGB) {
        precondition(width >= 1 && height >= 1, "a picture of \(width) × \(height) pixels")
        self.width = width
        self.height = height
        bytes = []
        bytes.reserveCapacity(3 * width * height)
        for _ in 0..<width * height { bytes += [fill.red, fill.green, fill.blue] }
    }

    /// The colour of a pixel, counted from the left upper corner.
    ///
    /// - Precondition: the pixel is in the picture.
    public subscript(x: Int, y: Int) -> RGB {
        get {
            let index = start(x, y)
            return RGB(bytes[index], bytes[index + 1], bytes[index + 2])
        }
        set {
            let index = start(x, y)
            bytes[index] = newValue.red
            bytes[index + 1] = newValue.green
            bytes[index + 2] = newValue.blue
        }
    }

    /// Copies another picture to where its left upper corner is to be.
    ///
    /// - Precondition: it fits.
    mutating func place(_ other: RGBImage, x: Int, y: Int) {
        precondition(x >= 0 && y >= 0 && x + other.width <= width && y + other.height <= height, "the picture does not fit")
        for row in 0..<other.height {
            let from = 3 * row * other.width
            let to = start(x, y + row)
            bytes.replaceSubrange(to..<to + 3 * other.width, with: other.bytes[from..<from + 3 * other.width])
        }
    }

    /// Writes a PNG file.
    ///
    /// - Throws: `ImageFileError` for sizes that PNG cannot hold; `FileError` where the file cannot be written.
    public func write(to url: URL) throws {
        try PNG.write(rgb: bytes, width: width, height: height, to: url)
    }

    /// The bytes of a PNG file.
    ///
    /// - Precondition: a size that PNG can hold.
    var png: Data { PNG.encode(rgb: bytes, width: width, height: height) }

    private func start(_ x: Int, _ y: Int) -> Int {
        precondition((0..<width).contains(x) && (0..<height).contains(y), "(\(x), \(y)) is outside \(width) × \(height)")
        return 3 * (y * width + x)
    }
}
