/// What a picture file says of its samples.
public struct PictureInfo: Sendable, Hashable {
    /// The meanings that the samples of a pixel can have.
    public enum ColorType: Sendable, Hashable {
        case gray, grayAlpha, rgb, rgba
        /// Samples are indices into the palette.
        case palette
    }

    /// The name of the file's format.
    public let format: String
    /// What the samples of a pixel are in the file, alpha included.
    public let colorType: ColorType
    /// The bits of a sample in the file; unsigned samples are `0…2^bitDepth − 1`, never scaled.
    public let bitDepth: Int
    /// Whether the file holds its rows in several passes (Adam7, progressive JPEG); it makes no difference to the samples.
    public let isInterlaced: Bool
    /// Red, green and blue of each colour in turn; empty unless samples are indices.
    public let palette: [UInt8]

    init(_ format: PictureFormat, _ colorType: ColorType, bitDepth: Int, isInterlaced: Bool = false, palette: [UInt8] = []) {
        (self.format, self.colorType, self.bitDepth) = (format.name, colorType, bitDepth)
        (self.isInterlaced, self.palette) = (isInterlaced, palette)
    }

    /// The colours that indices stand for, planar `[3, indices]`; nil where an index is beyond the palette.
    public func colors(of indices: [UInt8]) -> [UInt8]? {
        guard indices.allSatisfy({ 3 * Int($0) < palette.count }) else { return nil }
        return (0..<3).flatMap { channel in indices.map { palette[3 * Int($0) + channel] } }
    }
}

extension PictureInfo.ColorType {
    /// Whether the last channel is transparency.
    var hasAlpha: Bool { self == .grayAlpha || self == .rgba }
}
