import Foundation

extension NIfTIHeader {
    /// What a user should know of where the voxels lie.
    var notes: [ImageNote] {
        guard let geometry else {
            return [ImageNote(.geometryUnknown, "its header states no usable spacing or transform")]
        }
        if isAnalyze {
            return [
                ImageNote(
                    .leftRightUnknown,
                    "ANALYZE 7.5 does not say which side is left nor which way the slices run; R, A, S is assumed from its spacing"
                )
            ]
        }
        return [sign(geometry), ignored(geometry), difference, skew(geometry)].compactMap(\.self)
    }

    private func sign(_ geometry: VoxelGeometry) -> ImageNote? {
        if case .sform = geometry.source { return nil }
        guard (0..<spatialRank).contains(where: { pixdim[$0 + 1] < 0 }) else { return nil }
        return ImageNote(.spacingSignIgnored, "its header states a negative spacing; its size is used")
    }

    private func ignored(_ geometry: VoxelGeometry) -> ImageNote? {
        let unusable = [
            sformCode > 0 && sformGeometry == nil ? "sform" : nil, qformCode > 0 && qformGeometry == nil ? "qform" : nil,
        ]
        let names = unusable.compactMap(\.self).joined(separator: " and ")
        guard !names.isEmpty else { return nil }
        let used =
            switch geometry.source {
            case .sform: "the sform"
            case .qform: "the qform"
            case .pixdim: "the spacing alone"
            case .positions: preconditionFailure("NIfTI has no planes with positions")
            }
        return ImageNote(.transformIgnored, "its \(names) is set but not finite or without an inverse; \(used) is used")
    }

    /// Headers hold Float32, and writers round quaternions: a hundredth of a voxel is agreement.
    private var difference: ImageNote? {
        guard let sform = sformGeometry, let qform = qformGeometry else { return nil }
        let farthest = sform.affine.distance(
            from: qform.affine, over: Extent(width: dimension(0), height: dimension(1), depth: dimension(2)))
        guard farthest > 0.01 * (sform.spacing.min() ?? 0) else { return nil }
        return ImageNote(
            .transformsDiffer, "its sform and qform put voxels up to \(rounded(farthest)) mm apart; the sform is used")
    }

    private func skew(_ geometry: VoxelGeometry) -> ImageNote? {
        // Float32 headers stay far below a tenth of a degree.
        guard geometry.shear > 0.1 else { return nil }
        return ImageNote(
            .axesNotOrthogonal,
            "its axes are up to \(rounded(geometry.shear))° off right angles, so distances along them are not those between planes"
        )
    }

    /// Two decimals, without a locale.
    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
