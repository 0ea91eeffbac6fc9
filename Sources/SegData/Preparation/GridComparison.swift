import MedicalImages

/// Whether two files put their voxels on the same places.
enum GridComparison {
    /// Throws unless every corner of the two grids agrees.
    ///
    /// Allowed are 0.001 mm, for headers hold Float32, and 1 % of the smallest voxel side, which moves no label to another voxel.
    /// A grid known by its spacing alone states no place, and only its spacing is compared then.
    ///
    /// - Precondition: both grids have the same extent.
    static func requireEqual(
        label: VoxelGeometry, _ labelPath: String, image: VoxelGeometry, _ imagePath: String, extent: Extent
    ) throws {
        let allowed = 1e-3 + 0.01 * (image.spacing.min() ?? 0)
        let sizes = [extent.width, extent.height, extent.depth].map { Double($0 - 1) }
        let distance: Double
        if label.source == .pixdim || image.source == .pixdim {
            // What the spacings' difference adds up to over the volume.
            distance = zip(sizes, zip(label.spacing, image.spacing)).map { $0 * abs($1.0 - $1.1) }.max() ?? 0
        } else {
            distance =
                (0..<8).map { corner in
                    let voxel = (0..<3).map { corner >> $0 & 1 == 1 ? sizes[$0] : 0 }
                    return (0..<3).reduce(0.0) { sum, row in
                        let offset = (0..<4).reduce(0.0) { total, column in
                            total + (label.affine[row, column] - image.affine[row, column]) * (column < 3 ? voxel[column] : 1)
                        }
                        return sum + offset * offset
                    }.squareRoot()
                }.max() ?? 0
        }
        guard distance <= allowed else {
            throw CaseError.grids(label: labelPath, image: imagePath, distance: distance, allowed: allowed)
        }
    }
}
