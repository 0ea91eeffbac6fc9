import MedicalImages

/// A voxel's place, as messages state it.
public struct VoxelPosition: Sendable, Hashable, CustomStringConvertible {
    public let x: Int, y: Int, z: Int, channel: Int

    /// The place of the sample at `index` of `[channels, depth, height, width]`.
    init(index: Int, in extent: Extent) {
        let (plane, inPlane) = index.quotientAndRemainder(dividingBy: extent.planeSize)
        (y, x) = inPlane.quotientAndRemainder(dividingBy: extent.width)
        (channel, z) = plane.quotientAndRemainder(dividingBy: extent.depth)
    }

    init(x: Int, y: Int, z: Int, channel: Int) { (self.x, self.y, self.z, self.channel) = (x, y, z, channel) }

    public var description: String {
        "x \(x), y \(y), z \(z)" + (channel > 0 ? ", channel \(channel)" : "")
    }
}
