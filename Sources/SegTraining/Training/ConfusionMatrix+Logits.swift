import Sampling
import SegLosses
import SegMetrics
import Torch

extension ConfusionMatrix {
    /// Counts the class of the largest score of each pixel, the first of equals.
    ///
    /// - Parameters:
    ///   - logits: [B, C, …]
    ///   - labels: [B, …], classes and `LabelMap.ignored`.
    /// - Throws: `LossInputError`.
    mutating func add(logits: Tensor, labels: [UInt8]) throws {
        let shape = [logits.shape[0]] + logits.shape.dropFirst(2)
        let labels = try Tensor(labels, shape: shape).to(device: logits.device)
        for image in try BatchConfusion(logits: logits, labels: labels, ignoreLabel: Int(LabelMap.ignored)).images {
            self += ConfusionMatrix(rows: image)
        }
    }
}
