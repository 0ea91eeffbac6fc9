/// The size of a label map and the distance between its voxels.
///
/// Labels are `[depth, height, width]`, x fastest. A picture has depth 1.
public struct VoxelGrid: Sendable, Hashable {
    public let width: Int
    public let height: Int
    public let depth: Int
    /// The distance between neighbours along x, y and z, in the unit that distances come in: mm, or pixels where none is known.
    public let spacing: [Double]

    /// - Precondition: sizes of at least 1; three finite spacings above 0.
    public init(width: Int, height: Int, depth: Int = 1, spacing: [Double] = [1, 1, 1]) {
        precondition(width > 0 && height > 0 && depth > 0, "a grid has sizes of at least 1")
        precondition(spacing.count == 3 && spacing.allSatisfy { $0 > 0 && $0.isFinite }, "three spacings above 0")
        self.width = width
        self.height = height
        self.depth = depth
        self.spacing = spacing
    }

    var count: Int { width * height * depth }
    var sizes: [Int] { [width, height, depth] }
}
