import MarginCalibration
import Sampling
import SegInference
import Torch

/// Gathers the margins of a validation split while it is scored, at the network's size.
///
/// Of large splits every so many pixels count: a histogram of a million margins a class says as much as one of a billion.
struct ValidationMargins {
    private(set) var byClass: ClassMargins
    private let stride: Int

    private static let most = 1_000_000

    init(of cases: [SamplePlan.Item], classCount: Int) {
        byClass = ClassMargins(classCount: classCount)
        let pixels = cases.reduce(0) { $0 + $1.grid.sampleCount * $1.grid.route.inputSize.count }
        // A stride that divides a row would take the same columns of each.
        let width = cases.first?.grid.route.inputSize.width ?? 1
        let smallest = max(1, pixels / Self.most)
        stride = smallest == 1 ? 1 : (smallest...).first { width % $0 != 0 && $0 % 2 == 1 } ?? smallest
    }

    /// - Throws: `CaseError.noLabel` for a case without labels.
    mutating func add(_ planes: PredictedSamples) throws {
        let scores: [Float] = try planes.logits.to(.float32).elements()
        let count = byClass.own.count * planes.box.reduce(1) { $0 * $1.count }
        for (index, labels) in try planes.networkLabels().enumerated() {
            byClass.add(
                scores: Array(scores[index * count..<(index + 1) * count]), labels: labels, ignoring: LabelMap.ignored,
                stride: stride)
        }
    }
}
