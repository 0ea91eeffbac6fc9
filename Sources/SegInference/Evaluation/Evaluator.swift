import Sampling
import SegMetrics

/// Compares a model's predictions with the labels at native resolution.
///
/// The one code that scores: choosing the best checkpoint and `evaluate` both call it.
public struct Evaluator {
    let model: SegmentationModel

    public init(_ model: SegmentationModel) { self.model = model }

    /// A confusion matrix for each plane of a case, into `store` under its patient or video; returns the predicted classes.
    ///
    /// - Parameter collect: as `SegmentationModel.predict` calls it.
    /// - Throws: `CaseError.noLabel` for a case without labels.
    @discardableResult
    public func evaluate(
        _ prepared: PreparedCase, into store: inout ConfusionStore,
        collect: (PredictedSamples) throws -> Void = { _ in }
    ) throws -> [UInt8] {
        guard let truth = prepared.labels else { throw CaseError.noLabel(path: prepared.id) }
        let predicted = try model.predict(prepared, collect: collect)
        for plane in 0..<prepared.extent.depth {
            var matrix = ConfusionMatrix(classCount: store.classCount)
            try matrix.add(
                truth: truth.plane(plane, of: prepared.extent),
                prediction: predicted.plane(plane, of: prepared.extent), ignoring: LabelMap.ignored)
            store.append(group: prepared.group, case: prepared.id, image: "\(prepared.id)/\(plane)", matrix: matrix)
        }
        return predicted
    }
}
