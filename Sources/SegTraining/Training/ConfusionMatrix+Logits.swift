import SegData
import SegMetrics
import Torch

extension ConfusionMatrix {
    /// Counts the class of the largest score of each pixel, the first of equals.
    ///
    /// - Parameters:
    ///   - logits: [B, C, …]
    ///   - labels: [B, …], classes and `LabelMap.ignored`.
    /// - Throws: `LabelOutsideClasses`.
    mutating func add(logits: Tensor, labels: [UInt8]) throws {
        let predicted: [UInt8] = try withInference { try logits.argmax(1).to(.uint8).elements() }
        try add(truth: labels, prediction: predicted, ignoring: LabelMap.ignored)
    }
}
