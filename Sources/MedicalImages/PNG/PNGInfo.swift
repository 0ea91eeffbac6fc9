/// What a PNG file says of its samples.
public struct PNGInfo: Sendable, Hashable {
    /// The meanings that the samples of a pixel can have.
    public enum ColorType: Sendable, Hashable {
        case gray, grayAlpha, rgb, rgba
        /// Samples are indices into the palette.
        case palette
    }

    /// What the samples of a pixel are.
    public let colorType: ColorType
    /// The bits of a sample: 1, 2, 4, 8 or 16. Samples are `0…2^bitDepth − 1`, never scaled.
    public let bitDepth: Int
    /// Whether the file holds its rows in passes (Adam7); it makes no difference to the samples.
    public let isInterlaced: Bool
    /// Red, green and blue of each colour in turn; empty unless samples are indices.
    public let palette: [UInt8]

    /// The colours that indices stand for, planar `[3, indices]`; nil where an index is beyond the palette.
    public func colors(of indices: [UInt8]) -> [UInt8]? {
        guard indices.allSatisfy({ 3 * Int($0) < palette.count }) else { return nil }
        return (0..<3).flatMap { channel in indices.map { palette[3 * Int($0) + channel] } }
    }
}
