/// The grid of an image that labels were drawn on.
package struct ImageGrid: Sendable {
    let extent: Extent
    let geometry: VoxelGeometry?
    /// For messages.
    let path: String
    /// Whether headers say where labels lie; if not, voxels are taken one by one.
    let trustsHeaders: Bool

    package init(_ extent: Extent, _ geometry: VoxelGeometry?, path: String, trustsHeaders: Bool = true) {
        (self.extent, self.geometry, self.path, self.trustsHeaders) = (extent, geometry, path, trustsHeaders)
    }
}
