extension NIfTIHeader {
    /// Where the voxels lie: by the sform if it is set, else by the qform if it is set, else by the spacing alone.
    ///
    /// A part that is set but of no use (not finite, or without an inverse) counts as not set; `VoxelGeometry.source`
    /// says what was used. Nil where no part is of use.
    public var geometry: VoxelGeometry? { sformGeometry ?? qformGeometry ?? pixdimGeometry }

    /// What the sform says, or nil where it is not set or of no use.
    public var sformGeometry: VoxelGeometry? {
        guard sformCode > 0 else { return nil }
        return VoxelGeometry(checking: Affine(rows: srow.map { $0 * millimetres }), source: .sform(code: sformCode))
    }

    /// What the qform says, or nil where it is not set or of no use. Source: nifti1.h, "METHOD 2".
    public var qformGeometry: VoxelGeometry? {
        guard qformCode > 0, let spacing = statedSpacing else { return nil }
        let rotation = NIfTIHeader.rotation(quaternion)
        // qfac: the third axis points the other way in a left-handed grid.
        let scale = [spacing[0], spacing[1], pixdim[0] < 0 ? -spacing[2] : spacing[2]]
        let rows = (0..<3).flatMap { row in
            (0..<3).map { rotation[row, $0] * scale[$0] } + [qoffset[row] * millimetres]
        }
        return VoxelGeometry(checking: Affine(rows: rows), source: .qform(code: qformCode))
    }

    /// What the spacing alone says, or nil where it is of no use. Source: nifti1.h, "METHOD 1".
    var pixdimGeometry: VoxelGeometry? {
        statedSpacing.flatMap { VoxelGeometry(checking: Affine(spacing: $0), source: .pixdim) }
    }

    /// The sizes of `pixdim[1…3]` in mm, or nil where one is 0 or not finite. An axis of a single voxel has no neighbours, and
    /// many writers leave its spacing at 0: it counts as 1 mm. Some writers state a direction by a sign, which has no meaning in
    /// NIfTI; nibabel leaves it out too.
    private var statedSpacing: [Double]? {
        let spacing = (0..<3).map { axis in
            pixdim[axis + 1] != 0 || dimension(axis) > 1 ? abs(pixdim[axis + 1]) * millimetres : 1
        }
        return spacing.allSatisfy { $0 > 0 && $0.isFinite } ? spacing : nil
    }

    private var millimetres: Double { SpaceUnit.millimetres(xyztUnits: xyztUnits) }

    /// The rotation of the unit quaternion whose last three parts are given.
    private static func rotation(_ bcd: [Double]) -> Matrix3 {
        var (b, c, d) = (bcd[0], bcd[1], bcd[2])
        let square = b * b + c * c + d * d
        var a = (max(0, 1 - square)).squareRoot()
        // A half turn: Float32 parts may exceed length 1 by rounding. The limit is the reference implementation's.
        if 1 - square < 1e-7 {
            let length = square.squareRoot()
            (a, b, c, d) = (0, b / length, c / length, d / length)
        }
        return Matrix3(rowMajor: [
            a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c),
            2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b),
            2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b,
        ])
    }
}

/// The lengths that `xyzt_units` has codes for, in its lowest three bits.
enum SpaceUnit: Int {
    case metre = 1
    case millimetre = 2
    case micron = 3

    /// The factor that leads to millimetres; files without a known unit are taken to mean millimetres, as everywhere.
    static func millimetres(xyztUnits: Int) -> Double {
        switch SpaceUnit(rawValue: xyztUnits & 7) {
        case .metre: 1000
        case .micron: 0.001
        case .millimetre, nil: 1
        }
    }
}
