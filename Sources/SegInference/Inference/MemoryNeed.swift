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

    /// Bytes that the process takes in all, at most, from reading the case to writing its labels; where there is a limit, planes go
    /// through the network as few at a time as it asks for.
    ///
    /// - Parameter voxel: bytes of a stored sample.
    func total(voxel: Int) -> Int {
        let image = grid.stored.sampleCount * voxel
        // Labels at native size, and twice more when they are written.
        let held = (ProcessMemory.resident ?? 0) + image + 3 * grid.stored.voxelCount
        let batches = (1...min(model.batchSize, grid.sampleCount)).map { held + (scoring(batch: $0) ?? 0) }
        let most = batches.last { $0 <= model.memoryLimit ?? .max } ?? batches[0]
        // Axes are brought into order in a second copy.
        return max(most, (ProcessMemory.resident ?? 0) + 2 * image)
    }
}
