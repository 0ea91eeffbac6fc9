import MedicalImages
import Sampling

/// The memory that labelling a case takes, estimated from its header.
public struct MemoryNeed {
    private let grid: CaseGrid
    private let model: SegmentationModel

    init(of grid: CaseGrid, for model: SegmentationModel) {
        self.grid = grid
        self.model = model
    }

    /// Bytes of scores and of what makes them, for a batch of planes or for a volume; nil where memory is not the host's.
    func scoring(batch count: Int) -> Int? {
        let (route, inferer) = (grid.route, model.inferer)
        guard model.recipe.dimensions == 3 else {
            return inferer.bytes(count: count, size: route.inputSize).map {
                $0
                    + PredictedSamples.bytes(
                        count: count, classCount: inferer.classCount, pixels: route.inputSize.count, native: route.native.count)
            }
        }
        let inPlanes = route.interpolates
        let image = inPlanes ? 4 * grid.extent.channels * route.inputSize.count : 0
        return inferer.bytesOfParts(of: route.inputSize, inPlanes: inPlanes).map { image + $0 }
    }

    /// Bytes of the image as it is stored and of its labels.
    ///
    /// - Parameter voxel: bytes of a stored sample.
    func holding(voxel: Int) -> Int { grid.stored.sampleCount * voxel + 3 * grid.stored.voxelCount }

    /// The most samples, up to the training's batch, whose scores fit into the memory that is there.
    ///
    /// - Throws: `TooLittleMemory` where there is none for one.
    func batchSize(of caseID: String) throws -> Int {
        guard let available = model.availableMemory else { return model.batchSize }
        let count = min(model.batchSize, grid.sampleCount)
        if let fitting = (1...count).last(where: { (scoring(batch: $0) ?? 0) <= available }) { return fitting }
        throw TooLittleMemory(
            what: "the scores of '\(caseID)', of \(grid.route.inputSize) for the network", bytes: scoring(batch: 1) ?? 0,
            available: available)
    }
}
