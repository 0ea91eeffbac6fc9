import MedicalImages

/// How far apart two files place the same voxels.
struct GridComparison {
    /// The largest distance of two corners of equal number, in mm.
    let distance: Double
    /// 0.001 mm, for headers hold Float32, and 1 % of the smallest voxel side, which moves no label to another voxel.
    let allowed: Double

    /// In which directions the axes of both run, where these differ.
    private let directions: (found: String, expected: String)?

    var areEqual: Bool { distance <= allowed }

    /// Compares every corner of the two grids.
    ///
    /// A grid known by its spacing alone states no place, and only its spacing is compared then.
    ///
    /// - Precondition: both grids have the same extent.
    init(_ geometry: VoxelGeometry, with reference: VoxelGeometry, extent: Extent) {
        allowed = 1e-3 + 0.01 * (reference.spacing.min() ?? 0)
        if geometry.source == .pixdim || reference.source == .pixdim {
            // What the spacings' difference adds up to over the volume.
            distance =
                zip(extent.sizes, zip(geometry.spacing, reference.spacing)).map { Double($0 - 1) * abs($1.0 - $1.1) }.max() ?? 0
            directions = nil
        } else {
            let found = (geometry.orientation, reference.orientation)
            directions = found.0 == found.1 ? nil : found
            distance = geometry.affine.distance(from: reference.affine, over: extent)
        }
    }

    /// For messages.
    var words: (distance: String, allowed: String) {
        let turned = directions.map { " (its axes run \($0.found), not \($0.expected))" } ?? ""
        return (Self.millimetres(distance) + turned, Self.millimetres(allowed))
    }

    /// Four decimals, without Foundation's locale.
    private static func millimetres(_ value: Double) -> String { "\((value * 1e4).rounded() / 1e4) mm" }
}
