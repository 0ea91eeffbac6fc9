import SegData
import SegMetrics
import Torch

/// What a model's logits say at the size that the network sees: the counts of every plane, and whether its probabilities are
/// what they say. Nothing is interpolated there, so both are the network's own.
struct NetworkSizeScores {
    private(set) var store: ConfusionStore
    private(set) var calibration: Calibration

    init(classCount: Int) {
        store = ConfusionStore(classCount: classCount)
        calibration = Calibration(classCount: classCount)
    }

    /// Counts some planes of a case.
    ///
    /// - Parameters:
    ///   - planes: the numbers of the planes.
    ///   - logits: `[B, C, H, W]`, a plane for each number.
    ///   - truth: the case's classes, `[depth, height, width]`.
    mutating func add(
        _ planes: Range<Int>, logits: Tensor, truth: [UInt8], of prepared: PreparedCase, recipe: PlaneRecipe
    ) throws {
        let (probabilities, predicted): ([Float], [UInt8]) = try withInference {
            (try logits.softmax(1).elements(), try logits.argmax(1).to(.uint8).elements())
        }
        let size = prepared.route.inputSize.count
        for (index, plane) in planes.enumerated() {
            let labels = prepared.route.apply(toLabels: recipe.axis.plane(plane, of: truth, extent: prepared.extent))
            var matrix = ConfusionMatrix(classCount: store.classCount)
            try matrix.add(
                truth: labels, prediction: Array(predicted[index * size..<(index + 1) * size]), ignoring: LabelMap.ignored)
            store.append(group: prepared.group, case: prepared.id, image: "\(prepared.id)/\(plane)", matrix: matrix)
            calibration.add(
                probabilities: (0..<store.classCount).map { k in
                    let start = (index * store.classCount + k) * size
                    return Array(probabilities[start..<start + size])
                }, truth: labels, ignoring: LabelMap.ignored)
        }
    }
}
