/// What is known of an image file without reading its voxels.
public struct ImageInfo: Sendable, Hashable, Codable {
    /// The format's name, such as `NIfTI-1` or `PNG`.
    public let format: String
    /// The size of the grid.
    public internal(set) var extent: Extent
    /// The type of the stored samples.
    public let voxelType: VoxelType
    /// From stored samples to real values.
    public let scaling: IntensityScaling
    /// Nil where the file does not say where its voxels lie.
    public let geometry: VoxelGeometry?
    /// Whether the last channel is transparency.
    public internal(set) var hasAlpha = false
    /// What a user should be told, once.
    public internal(set) var notes: [ImageNote] = []
}

extension ImageInfo {
    /// Leaves the alpha channel out and notes it.
    mutating func dropAlpha() {
        guard hasAlpha else { return }
        extent.channels -= 1
        hasAlpha = false
        notes.append(.alphaDropped)
    }
}
