import DataSets
import MedicalImages
import Sampling

/// The memory that labelling a case takes, estimated from its header.
struct MemoryNeed {
    private let grid: CaseGrid
    private let model: SegmentationModel

    init(of grid: CaseGrid, for model: SegmentationModel) {
        self.grid = grid
        self.model = model
    }

    /// Bytes of scores and of what makes them, for a batch of planes or for a volume; nil where memory is not the host's.
    private func scoring(batch count: Int) -> Int? {
        let (route, inferer) = (grid.route, model.inferer)
        guard model.recipe.dimensions == 3 else {
            return inferer.bytes(count: count, size: route.inputSize).map {
                $0
                    + PredictedSamples.bytes(
                        count: count, classCount: inferer.classCount, pixels: route.inputSize.count, native: route.native.count)
            }
        }
        let image = route.interpolates ? 4 * grid.extent.channels * route.inputSize.count : 0
        return inferer.bytesOfParts(of: route.inputSize, inPlanes: route.interpolates).map { image + $0 }
    }

    /// The most samples, up to the training's batch, whose scores fit into the memory that is there; one for a volume.
    ///
    /// - Throws: `TooLittleMemory` where there is none for one.
    func batchSize(of caseID: String) throws -> Int {
        let used = model.memoryLimit == nil ? 0 : ProcessMemory.resident ?? 0
        let limit = model.memoryLimit.map { max(0, $0 - used) }
        guard let available = [limit, ProcessMemory.available].compactMap(\.self).min() else { return model.batchSize }
        let count = min(model.batchSize, grid.sampleCount)
        if let fitting = (1...count).last(where: { (scoring(batch: $0) ?? 0) <= available }) { return fitting }
        let isLimit = available == limit
        throw TooLittleMemory(
            what: "the scores of '\(caseID)', of \(grid.route.inputSize) for the network", bytes: scoring(batch: 1) ?? 0,
            available: available,
            remedy: isLimit ? "raise --max-memory, or choose a smaller --window" : TooLittleMemory.usualRemedy)
    }

    /// Bytes that the process takes in all, at most, from reading the case to writing its labels.
    ///
    /// - Parameters:
    ///   - voxel: bytes of a stored sample.
    ///   - least: whether planes go through the network one by one.
    func total(voxel: Int, least: Bool = false) -> Int {
        let image = grid.stored.sampleCount * voxel
        let batch = least ? 1 : min(model.batchSize, grid.sampleCount)
        // Labels at native size, and twice more when they are written.
        let held = image + 3 * grid.stored.voxelCount
        // Axes are brought into order in a second copy.
        return (ProcessMemory.resident ?? 0) + max(2 * image, held + (scoring(batch: batch) ?? 0))
    }
}

extension SegmentationModel {
    /// The memory in bytes that labelling a case takes in all, estimated from its headers alone; within the limit where planes can
    /// go through the network one by one.
    ///
    /// - Throws: as `CaseReader.outline`.
    public func memoryNeed(of dataCase: DataCase) throws -> Int {
        let grid = try CaseReader(recipe, channels: inferer.channelCount).outline(of: dataCase)
        let voxel = try ImageFile.readInfo(dataCase.image.first).voxelType.byteCount
        let need = MemoryNeed(of: grid, for: self)
        return memoryLimit.map { max(need.total(voxel: voxel, least: true), min($0, need.total(voxel: voxel))) }
            ?? need.total(voxel: voxel)
    }
}
