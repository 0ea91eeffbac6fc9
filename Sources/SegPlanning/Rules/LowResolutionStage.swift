import Foundation

/// The coarser network that nnU-Net trains first where a patch shows little of a case.
///
/// It is told and not planned for: a cascade of two networks is not built.
///
/// Source: nnU-Net, `plan_experiment`.
struct LowResolutionStage: Sendable, Hashable {
    /// Along planes, rows and columns in mm.
    let spacing: [Double]
    let medianShape: [Double]
    let patch: [Int]

    /// A patch that covers less of the median shape than this has a stage before it.
    static let coverage = 0.25

    /// Nil where the patch covers enough, or where the stage would see cases of more than half of the voxels.
    ///
    /// - Throws: as `PatchPlan.init`.
    init?(before plan: PatchPlan, data: PatchPlan.Data, memory: Double) throws {
        func count(_ lengths: [Double]) -> Double { lengths.reduce(1, *) }
        let full = count(data.medianShape)
        guard Double(plan.patch.reduce(1, *)) / full < Self.coverage else { return nil }
        var (spacing, shape, patch) = (data.spacing, data.medianShape, plan.patch)
        while Double(patch.reduce(1, *)) / count(shape) < Self.coverage {
            let coarsest = spacing.max() ?? 1
            let isUneven = spacing.contains { coarsest / $0 > 2 }
            // The finer axes come first, until all are alike.
            spacing = spacing.map { isUneven && coarsest / $0 <= 2 ? $0 : $0 * 1.03 }
            shape = zip(data.medianShape, zip(data.spacing, spacing)).map { $0 * $1.0 / $1.1 }
            let data = PatchPlan.Data(
                spacing: spacing, medianShape: shape.map { $0.rounded(.toNearestOrEven) },
                voxels: data.voxels * count(shape) / full, channels: data.channels, classes: data.classes)
            patch = try PatchPlan(plan.network, for: data, memory: memory).patch
        }
        guard full / count(shape) >= 2 else { return nil }
        (self.spacing, medianShape, self.patch) = (spacing, shape, patch)
    }
}
