import MarginCalibration
import Sampling

/// What a model's margins say of its mIoU (Eqs. 5–8) over cases, at native resolution.
///
/// Where offsets decide, margins are of the scores with them: the class that is predicted has the largest.
public struct GatheredMargins: Sendable {
    /// ℓ_k0, ℓ_0k, the lower bounds of IoU_k and of the mIoU, and the empirical scores.
    public private(set) var bounds: EmpiricalMarginBounds
    /// The margins themselves, by class.
    public private(set) var byClass: ClassMargins

    /// The pixels that count of each group: a patient or video, whose planes depend on each other.
    public private(set) var pixelsOfGroups: [String: Int] = [:]

    /// Of no pixel yet.
    ///
    /// - Precondition: offsets for the model's classes.
    init(of model: SegmentationModel, offsets: MarginOffsets) {
        precondition(
            offsets.classCount == model.inferer.classCount,
            "offsets of \(offsets.classCount) classes for a network of \(model.inferer.classCount)")
        bounds = EmpiricalMarginBounds(offsets: offsets)
        byClass = ClassMargins(classCount: offsets.classCount)
    }

    /// - Throws: `CaseError.noLabel` for a case without labels.
    mutating func add(_ planes: PredictedSamples) throws {
        let before = bounds.total
        defer { pixelsOfGroups[planes.prepared.group, default: 0] += bounds.total - before }
        for (scores, labels) in zip(try planes.nativeScores(), try planes.nativeLabels()) {
            let scores = planes.decision.marginScores(of: scores, pixels: labels.count)
            let margins = MarginLoss.marginPlanes(ofScorePlanes: scores, classCount: byClass.own.count)
            try bounds.add(marginPlanes: margins, labels: labels, ignoring: LabelMap.ignored)
            byClass.add(scores: scores, labels: labels, ignoring: LabelMap.ignored)
        }
    }
}
