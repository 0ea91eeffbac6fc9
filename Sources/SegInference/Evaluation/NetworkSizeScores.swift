import Sampling
import SegMetrics
import Torch

/// What a model's logits say at the size that the network sees: the counts of every plane, and whether its probabilities are
/// what they say. Nothing is interpolated there, so both are the network's own.
struct NetworkSizeScores {
    private(set) var store: ConfusionStore
    private(set) var calibration: Calibration
    /// The counts of a sample whose other parts are to come.
    private var begun: ConfusionMatrix?

    init(classCount: Int) {
        store = ConfusionStore(classCount: classCount)
        calibration = Calibration(classCount: classCount)
    }

    /// Counts some planes of a case, or a part of a volume.
    ///
    /// - Throws: `CaseError.noLabel` for a case without labels.
    mutating func add(_ planes: PredictedSamples) throws {
        let probabilities: [Float] = try withInference { try planes.logits.softmax(1).elements() }
        let (prepared, size) = (planes.prepared, planes.box.reduce(1) { $0 * $1.count })
        let (labels, classes) = (try planes.networkLabels(), try planes.networkClasses())
        for (index, plane) in planes.numbers.enumerated() {
            var matrix = begun ?? ConfusionMatrix(classCount: store.classCount)
            try matrix.add(truth: labels[index], prediction: classes[index], ignoring: LabelMap.ignored)
            calibration.add(
                probabilities: (0..<store.classCount).map { k in
                    let start = (index * store.classCount + k) * size
                    return Array(probabilities[start..<start + size])
                }, truth: labels[index], ignoring: LabelMap.ignored)
            begun = planes.isLast ? nil : matrix
            if planes.isLast {
                store.append(group: prepared.group, case: prepared.id, image: "\(prepared.id)/\(plane)", matrix: matrix)
            }
        }
    }
}
