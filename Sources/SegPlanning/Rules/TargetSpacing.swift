import Foundation

/// The spacing to which the cases of a data set are resampled: the median of each axis, but a finer one along an axis that is much
/// coarser than the others, where interpolation at the median would mix slices of the finer cases.
///
/// Source: nnU-Net, `determine_fullres_target_spacing`.
struct TargetSpacing: Sendable, Hashable {
    /// Along planes, rows and columns in mm.
    let lengths: [Double]
    /// The axis whose spacing is the 10th percentile and not the median; nil: none.
    let refinedAxis: Int?

    /// - Parameters:
    ///   - spacings: of each case in mm.
    ///   - sizes: of each case in voxels, along the same axes.
    /// - Precondition: a case or more, of equally many axes.
    init(spacings: [[Double]], sizes: [[Int]]) {
        let axes = spacings[0].indices
        var target = axes.map { axis in spacings.map { $0[axis] }.percentile(50) }
        let size = axes.map { axis in sizes.map { Double($0[axis]) }.percentile(50) }
        // The first of equals.
        let coarsest = axes.reduce(axes.lowerBound) { target[$1] > target[$0] ? $1 : $0 }
        let others = axes.filter { $0 != coarsest }
        let otherSpacing = others.map { target[$0] }.max() ?? target[coarsest]
        let otherSize = others.map { size[$0] }.min() ?? size[coarsest]
        guard target[coarsest] > Self.anisotropy * otherSpacing, size[coarsest] * Self.anisotropy < otherSize else {
            (lengths, refinedAxis) = (target, nil)
            return
        }
        let fine = spacings.map { $0[coarsest] }.percentile(10)
        // It stays the coarsest axis.
        target[coarsest] = fine < otherSpacing ? otherSpacing + 1e-5 : fine
        (lengths, refinedAxis) = (target, coarsest)
    }

    /// From here on an axis is coarse.
    static let anisotropy = 3.0

    /// The size of a case at this spacing.
    func size(of sizes: [Int], at spacing: [Double]) -> [Int] {
        zip(sizes, zip(spacing, lengths)).map { Int((Double($0) * ($1.0 / $1.1)).rounded(.toNearestOrEven)) }
    }
}

extension [Double] {
    /// The number below which `percent` per cent of these lie, interpolated linearly between neighbours (NumPy's default).
    ///
    /// - Precondition: a number or more, none of them NaN.
    func percentile(_ percent: Double) -> Double {
        let sorted = sorted()
        let rank = percent / 100 * Double(count - 1)
        let low = Int(rank)
        guard low + 1 < count else { return sorted[count - 1] }
        return sorted[low] + (sorted[low + 1] - sorted[low]) * (rank - Double(low))
    }
}
