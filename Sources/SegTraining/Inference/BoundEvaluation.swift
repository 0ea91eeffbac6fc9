import MarginCalibration
import SegData

/// Gathers what a model's margins say of its mIoU (Eqs. 5–8) over cases, in one streaming pass at native resolution.
///
/// Memory holds one case; the scores are those that `SegmentationModel.predict` compares, so the empirical IoU beside the
/// bounds is the one that `evaluate` reports for the whole split.
public struct BoundEvaluation {
    let model: SegmentationModel
    let offsets: MarginOffsets
    let cases: [DataCase]

    /// - Parameter offsets: for the model's classes.
    public init(model: SegmentationModel, offsets: MarginOffsets, cases: [DataCase]) {
        self.model = model
        self.offsets = offsets
        self.cases = cases
    }

    /// - Parameter onCase: called with the number of cases done.
    /// - Throws: `CaseError` for a case that cannot be read or has no labels; `ScoresNotFinite`.
    /// - Precondition: offsets for the model's classes.
    public func run(onCase: (Int) -> Void = { _ in }) throws -> GatheredMargins {
        let reader = try CaseReader(model.recipe, channels: model.network.channelCount)
        var margins = GatheredMargins(of: model, offsets: offsets)
        for (index, dataCase) in cases.enumerated() {
            let prepared = try reader.read(dataCase)
            try prepared.requireChannels(model.network.channelCount, path: dataCase.images[0].path)
            try model.forEachBatch(of: prepared) { try margins.add($0) }
            onCase(index + 1)
        }
        return margins
    }
}
