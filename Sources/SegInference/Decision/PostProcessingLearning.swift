import MedicalImages
import PostProcessing
import Sampling
import SegMetrics

/// Has a search for post-processing see what models predict on validation cases.
struct PostProcessingLearning {
    /// Nil for classes without a background, which what is removed would become.
    private var search: PostProcessingSearch?
    private let decision: DecisionName

    /// - Parameters:
    ///   - objective: IoU or Dice, as the decision's own.
    ///   - dimensions: of the network: one of planes has its holes filled in planes.
    init(_ scored: ScoredClasses, decision: DecisionName, objective: DecisionObjective, dimensions: Int) throws {
        search =
            scored.hasBackground
            ? try PostProcessingSearch(
                scored, score: objective.name.score, holesWithin: dimensions == 3 ? .volume : .planes) : nil
        self.decision = decision
    }

    /// - Parameter truth: `[depth, height, width]` of the case's extent.
    /// - Throws: `LabelOutsideClasses`.
    mutating func add(_ prepared: PreparedCase, truth: [UInt8], prediction: [UInt8]) throws {
        try search?.add(
            group: prepared.group, case: prepared.id, truth: truth, prediction: prediction, ignoring: LabelMap.ignored,
            extent: prepared.extent, voxelVolume: prepared.grid.geometry?.voxelVolume)
    }

    /// - Returns: nil for classes without a background.
    /// - Throws: `PostProcessingError` where nothing can be scored.
    func run() throws -> StoredDecision.PostProcessed? {
        guard let search else { return nil }
        return .init(decision: decision, learned: try search.run())
    }
}
