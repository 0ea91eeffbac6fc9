/// What is known of an image file without reading its voxels.
public struct ImageInfo: Sendable, Hashable, Codable {
    /// The format's name, such as `NIfTI-1` or `PNG`.
    public let format: String
    public let extent: Extent
    public let voxelType: VoxelType
    public let scaling: IntensityScaling
    /// Nil where the file does not say where its voxels lie.
    public let geometry: VoxelGeometry?
}
