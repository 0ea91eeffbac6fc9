import Sampling

/// The memory that labelling a case takes, estimated before it is scored.
struct MemoryNeed {
    private let grid: CaseGrid
    private let model: SegmentationModel
    private let image: Int
    private let inPlanes: Bool

    /// - Parameters:
    ///   - image: bytes of the image as it is stored.
    ///   - inPlanes: whether parts of a volume are to be whole planes.
    init(of grid: CaseGrid, image: Int, inPlanes: Bool, for model: SegmentationModel) {
        self.grid = grid
        self.image = image
        self.inPlanes = inPlanes || grid.route.interpolates
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
        let resampled = route.interpolates ? 4 * grid.extent.channels * route.inputSize.count : 0
        return inferer.bytesOfParts(of: route.inputSize, inPlanes: inPlanes).map { resampled + $0 }
    }

    /// Bytes of the image, and of labels at native size, which are there three times when they are written.
    private var holding: Int { image + 3 * grid.stored.voxelCount }

    /// The most samples, up to the training's batch, whose scores fit into the memory that is there; one for a volume.
    ///
    /// - Throws: `TooLittleMemory` where there is none for one.
    func batchSize(of caseID: String) throws -> Int {
        let limit = model.memoryLimit.map { max(0, $0 - model.ownMemory - holding) }
        // What earlier cases took is free for this one, though the allocator keeps it. One image more may be here already.
        let kept = max(0, (ProcessMemory.resident ?? 0) - model.ownMemory - holding - image)
        let free = ProcessMemory.available.map { $0 + kept }
        guard let available = [limit, free].compactMap(\.self).min() else { return model.batchSize }
        let count = min(model.batchSize, grid.sampleCount)
        if let fitting = (1...count).last(where: { (scoring(batch: $0) ?? 0) <= available }) { return fitting }
        throw TooLittleMemory(
            what: "the scores of '\(caseID)', of \(grid.route.inputSize) for the network", bytes: scoring(batch: 1) ?? 0,
            available: available,
            remedy: available == limit
                ? "--max-memory leaves no more: raise it, or choose a --window, or a smaller one" : TooLittleMemory.usualRemedy)
    }

    /// Bytes that the process takes in all, at most, from reading the case to writing its labels; where there is a limit, planes go
    /// through the network as few at a time as it asks for.
    var total: Int {
        let held = model.ownMemory + holding
        let batches = (1...min(model.batchSize, grid.sampleCount)).map { held + (scoring(batch: $0) ?? 0) }
        let most = batches.last { $0 <= model.memoryLimit ?? .max } ?? batches[0]
        // Axes are brought into order in a second copy.
        return max(most, model.ownMemory + 2 * image)
    }
}
