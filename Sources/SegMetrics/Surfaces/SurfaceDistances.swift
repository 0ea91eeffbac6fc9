/// How far the surfaces of one class lie apart in a label map and a prediction, exactly.
///
/// **Surface**: the voxels of the class with at least one face neighbour (6 in a volume, 4 in a picture) that is not of the class
/// or lies outside the image, as `mask XOR binary_erosion(mask)` of scipy, MedPy and MONAI. Axes of size 1 have no neighbours.
/// **Distance**: from the centre of each surface voxel to the nearest centre of the other surface, with the grid's spacing along
/// each axis. With D_T and D_P the distances of the truth's and of the prediction's surface voxels:
///
///     Hausdorff           max(max D_T, max D_P)
///     HD95                max(percentile(D_T, 95), percentile(D_P, 95)), linear between neighbours
///     average symmetric   (Σ D_T + Σ D_P) / (|D_T| + |D_P|)
///     surface Dice        (|D_T ≤ t| + |D_P ≤ t|) / (|D_T| + |D_P|)
///
/// Where both maps lack the class, nothing is defined. Where one lacks it, no distance is defined, and the surface Dice is 0, for no
/// voxel of the other surface is within tolerance.
public struct SurfaceDistances: Sendable, Hashable {
    /// max(max D_T, max D_P).
    public let hausdorff: Double?
    /// The larger of the two 95th percentiles.
    public let hausdorff95: Double?
    /// ASSD: the mean over both surfaces.
    public let averageSymmetric: Double?
    /// NSD: the share of both surfaces within the tolerance of the other.
    public let surfaceDice: Double?
    /// Whether the truth lacks the class.
    public let isEmptyInTruth: Bool
    /// Whether the prediction lacks the class.
    public let isEmptyInPrediction: Bool

    /// Measures one class.
    ///
    /// - Parameters:
    ///   - truth: the true label of each voxel.
    ///   - prediction: the predicted label of each voxel.
    ///   - ignored: voxels with this true label are of no class in either map.
    ///   - tolerance: t of the surface Dice, in the unit of the grid's spacing.
    /// - Precondition: as many labels as the grid has voxels.
    public init(
        of index: UInt8, truth: [UInt8], prediction: [UInt8], ignoring ignored: UInt8? = nil, grid: VoxelGrid, tolerance: Double
    ) {
        precondition(truth.count == grid.count && prediction.count == grid.count, "a label for each voxel")
        let maps = SurfaceBox(of: index, truth: truth, prediction: prediction, ignoring: ignored, grid: grid)
        guard let maps, !maps.truth.isEmpty, !maps.prediction.isEmpty else {
            (hausdorff, hausdorff95, averageSymmetric) = (nil, nil, nil)
            surfaceDice = maps == nil ? nil : 0
            isEmptyInTruth = maps?.truth.isEmpty ?? true
            isEmptyInPrediction = maps?.prediction.isEmpty ?? true
            return
        }
        let fromTruth = Self.distances(from: maps.truth, to: maps.prediction, grid: maps.grid)
        let fromPrediction = Self.distances(from: maps.prediction, to: maps.truth, grid: maps.grid)
        let count = Double(fromTruth.count + fromPrediction.count)
        let within = fromTruth.count { $0 <= tolerance } + fromPrediction.count { $0 <= tolerance }
        hausdorff = max(fromTruth[fromTruth.count - 1], fromPrediction[fromPrediction.count - 1])
        hausdorff95 = max(fromTruth.sortedQuantile(0.95), fromPrediction.sortedQuantile(0.95))
        averageSymmetric = (fromTruth.reduce(0, +) + fromPrediction.reduce(0, +)) / count
        surfaceDice = Double(within) / count
        (isEmptyInTruth, isEmptyInPrediction) = (false, false)
    }

    /// Sorted.
    private static func distances(from places: [Int], to others: [Int], grid: VoxelGrid) -> [Double] {
        let squares = DistanceTransform.squared(to: others, grid: grid)
        return places.map { squares[$0].squareRoot() }.sorted()
    }
}
