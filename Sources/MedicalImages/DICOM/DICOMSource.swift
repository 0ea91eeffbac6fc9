/// The series that an image was read from, for what is written on its grid.
public struct DICOMSource: Sendable {
    let volume: DICOMVolume

    init(_ volume: DICOMVolume) { self.volume = volume }

    /// The header of a NIfTI volume on the same grid.
    package var niftiHeader: NIfTIHeader {
        NIfTIHeader(
            extent: volume.extent, voxelType: .uint8, geometry: volume.geometry ?? VoxelGeometry(spacing: [1, 1, 1]))
    }
}
