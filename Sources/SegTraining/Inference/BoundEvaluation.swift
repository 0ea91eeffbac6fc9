import MarginCalibration
import SegData

/// Gathers what a model's margins say of its mIoU (Eqs. 5–8) over cases, in one streaming pass at native resolution.
///
/// Memory holds one case; the scores are those that `SegmentationModel.predict` compares, so the empirical IoU beside the
/// bounds is the one that `evaluate` reports for the whole split.
public struct BoundEvaluation {
    /// What was gathered.
    public struct Result: Sendable {
        /// ℓ_k0, ℓ_0k, the lower bounds of IoU_k and of the mIoU, and the empirical scores.
        public let bounds: EmpiricalMarginBounds
        /// The margins themselves, by class.
        public let margins: ClassMargins
    }

    let model: SegmentationModel
    let offsets: MarginOffsets
    let cases: [DataCase]

    /// - Precondition: offsets for the model's classes.
    public init(model: SegmentationModel, offsets: MarginOffsets, cases: [DataCase]) {
        precondition(
            offsets.classCount == model.network.classCount,
            "offsets of \(offsets.classCount) classes for a network of \(model.network.classCount)")
        self.model = model
        self.offsets = offsets
        self.cases = cases
    }

    /// - Parameter onCase: called with the number of cases done.
    /// - Throws: `CaseError` for a case that cannot be read or has no labels; `MarginNotANumber` for a network that gives NaN.
    public func run(onCase: (Int) -> Void = { _ in }) throws -> Result {
        let reader = try CaseReader(model.recipe)
        var bounds = EmpiricalMarginBounds(offsets: offsets)
        var classMargins = ClassMargins(classCount: offsets.classCount)
        for (index, dataCase) in cases.enumerated() {
            let prepared = try reader.read(dataCase)
            try prepared.requireChannels(model.network.channelCount, path: dataCase.images[0].path)
            guard let labels = prepared.labels else { throw CaseError.noLabel(path: prepared.id) }
            try model.forEachPlane(of: prepared) { plane, scores in
                let margins = MarginLoss.marginPlanes(ofScorePlanes: scores, classCount: offsets.classCount)
                let truth = model.recipe.axis.plane(plane, of: labels, extent: prepared.extent)
                try bounds.add(marginPlanes: margins, labels: truth, ignoring: LabelMap.ignored)
                classMargins.add(scores: scores, labels: truth, ignoring: LabelMap.ignored)
            }
            onCase(index + 1)
        }
        return Result(bounds: bounds, margins: classMargins)
    }
}
