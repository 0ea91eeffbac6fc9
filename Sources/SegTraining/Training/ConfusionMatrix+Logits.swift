import Sampling
import SegLosses
import SegMetrics
import Torch

extension ConfusionMatrix {
    /// Counts the class of the largest score of each pixel, the first of equals.
    ///
    /// - Parameters:
    ///   - logits: [B, C, …]
    ///   - labels: [B, …], uint8, classes and `LabelMap.ignored`.
    /// - Throws: `LossInputError`.
    mutating func add(logits: Tensor, labels: Tensor) throws {
        for image in try BatchConfusion(logits: logits, labels: labels, ignoreLabel: Int(LabelMap.ignored)).images {
            self += ConfusionMatrix(rows: image)
        }
    }
}
