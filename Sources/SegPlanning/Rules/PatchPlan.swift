import Foundation

/// The patch that a network sees at once, the network for it, and how many patches make a batch.
///
/// A patch begins as a box of 256³ voxels (of planes: 2048²) whose sides are equal in mm, within the median shape. While its network
/// takes too much memory, the axis is shortened that covers most of the median shape. What is left of the memory makes the batch
/// larger.
///
/// Source: nnU-Net, `get_plans_for_configuration`.
struct PatchPlan: Sendable, Hashable {
    /// What a patch is planned for.
    struct Data: Sendable, Hashable {
        /// Along the patch's axes in mm.
        let spacing: [Double]
        /// Median of the cases, cropped and resampled.
        let medianShape: [Double]
        /// Of the data set, about.
        let voxels: Double
        let channels: Int
        let classes: Int
    }

    let network: PlannedNetwork
    let pooling: PoolingPlan
    let features: [Int]
    private(set) var batch: Int
    let layers: ConvolutionLayers
    /// The largest that the size of the data set allows.
    let coveredBatch: Int

    var patch: [Int] { pooling.patch }

    /// - Parameters:
    ///   - memory: of the device in GB.
    ///   - width: features of the first level.
    /// - Throws: `PlanError` for cases without room for two levels, and for too little memory.
    init(_ network: PlannedNetwork, for data: Data, memory: Double, width: Int = PlannedNetwork.usualWidth) throws {
        let dimensions = data.spacing.count
        func plan(_ size: [Double]) -> (pooling: PoolingPlan, features: [Int]) {
            let pooling = PoolingPlan(spacing: data.spacing, size: size)
            return (
                pooling,
                PlannedNetwork.features(levels: pooling.strides.count, dimensions: dimensions, width: width)
            )
        }
        func layers(_ planned: (pooling: PoolingPlan, features: [Int])) -> ConvolutionLayers {
            ConvolutionLayers(
                network, channels: data.channels, classes: data.classes, features: planned.features, pooling: planned.pooling)
        }
        var planned = plan(Self.start(data))
        guard planned.pooling.strides.count > 1 else { throw PlanError.tooSmall(data.medianShape) }
        var found = layers(planned)
        let most = network.mostElements(dimensions: dimensions, memory: memory)
        while Double(found.elements) > most {
            let share = zip(planned.pooling.patch, data.medianShape).map { Double($0) / $1 }
            // The last of equals.
            let axis = share.indices.reduce(0) { share[$1] >= share[$0] ? $1 : $0 }
            var patch = planned.pooling.patch
            // A shorter axis may be halved less often, and then steps are smaller.
            var shorter = patch
            shorter[axis] -= planned.pooling.multiples[axis]
            let step = shorter[axis] > 0 ? plan(shorter.map(Double.init)).pooling.multiples[axis] : patch[axis]
            patch[axis] -= step
            let next = patch[axis] > 0 ? plan(patch.map(Double.init)) : nil
            guard let next, next.pooling.strides.count > 1 else {
                throw PlanError.memory(gigabytes: memory, needed: memory * Double(found.elements) / most)
            }
            planned = next
            found = layers(planned)
        }
        self.network = network
        (pooling, features) = planned
        self.layers = found
        coveredBatch = Self.rounded(data.voxels * network.mostCoverage / Double(planned.pooling.patch.reduce(1, *)))
        batch = 0
        batch = max(min(batch(fitting: memory), coveredBatch), Self.smallestBatch)
    }

    /// The patches that some memory in GB holds.
    func batch(fitting memory: Double) -> Int {
        let dimensions = patch.count
        let reference = network.referenceElements(dimensions: dimensions) * memory / network.gigabytes
        return Self.rounded(
            reference / Double(layers.elements) * Double(PlannedNetwork.referenceBatch(dimensions: dimensions)))
    }

    /// The same in small batches: two volumes, or eight planes, which show less.
    var withSmallestBatch: PatchPlan {
        var plan = self
        plan.batch = min(batch, patch.count == 3 ? Self.smallestBatch : 8)
        return plan
    }

    /// The box before memory is looked at.
    private static func start(_ data: Data) -> [Double] {
        let dimensions = Double(data.spacing.count)
        let side = data.spacing.count == 3 ? 256.0 : 2048.0
        let inverse = data.spacing.map { 1 / $0 }
        let mean = pow(inverse.reduce(1, *), 1 / dimensions)
        return zip(inverse, data.medianShape).map { min(($0 / mean * side).rounded(.toNearestOrEven), $1) }
    }

    /// As Python rounds.
    private static func rounded(_ value: Double) -> Int { Int(min(value, 1e9).rounded(.toNearestOrEven)) }

    /// Two see more than one, and instance normalisation needs no more.
    private static let smallestBatch = 2
}
