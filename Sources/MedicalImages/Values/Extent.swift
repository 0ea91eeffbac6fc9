/// The size of an image's sample grid.
///
/// x runs fastest, then y, then z, and the channel runs slowest, so samples in C order are
/// `[channels, depth, height, width]`. A 2-D image has depth 1.
public struct Extent: Sendable, Hashable, Codable {
    /// Voxels along x.
    public var width: Int
    /// Voxels along y.
    public var height: Int
    /// Voxels along z.
    public var depth: Int
    /// Samples of one voxel.
    public var channels: Int

    /// - Precondition: every size is at least 1.
    public init(width: Int, height: Int, depth: Int = 1, channels: Int = 1) {
        precondition(width > 0 && height > 0 && depth > 0 && channels > 0, "an extent has sizes of at least 1")
        self.width = width
        self.height = height
        self.depth = depth
        self.channels = channels
    }

    /// The places of the grid, `width · height · depth`, however many channels each has.
    public var voxelCount: Int { width * height * depth }

    /// Along x, y and z.
    package var sizes: [Int] { [width, height, depth] }

    /// `width×height×depth`, for messages.
    package var sizeText: String { sizes.map(String.init).joined(separator: "×") }

    /// The stored numbers, `voxelCount · channels`.
    public var sampleCount: Int { voxelCount * channels }

    /// The `height × width` planes that the samples are made of, `depth · channels`.
    public var planeCount: Int { depth * channels }

    /// The voxels of one plane, `width · height`.
    public var planeSize: Int { width * height }
}

extension Extent {
    /// The extent of dimensions that a file states, or nil where one is below 1 or where the bytes of all samples
    /// cannot be counted in an `Int`.
    init?(checking width: Int, _ height: Int, _ depth: Int, channels: Int, bytesPerSample: Int) {
        var bytes = bytesPerSample
        for size in [width, height, depth, channels] {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow else { return nil }
            bytes = product
        }
        self.init(width: width, height: height, depth: depth, channels: channels)
    }
}
