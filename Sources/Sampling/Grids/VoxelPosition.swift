import MedicalImages

/// A voxel's place, as messages state it.
public struct VoxelPosition: Sendable, Hashable, CustomStringConvertible {
    public let x: Int, y: Int, z: Int, channel: Int

    public var description: String { "x \(x), y \(y), z \(z)" + (channel > 0 ? ", channel \(channel)" : "") }
}

extension VoxelPosition {
    /// The place of the sample at `index` of `[channels, depth, height, width]`.
    init(index: Int, in extent: Extent) {
        let (plane, inPlane) = index.quotientAndRemainder(dividingBy: extent.planeSize)
        let ((y, x), (channel, z)) = (
            inPlane.quotientAndRemainder(dividingBy: extent.width), plane.quotientAndRemainder(dividingBy: extent.depth)
        )
        self.init(x: x, y: y, z: z, channel: channel)
    }
}
