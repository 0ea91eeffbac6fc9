import CKernels
import Torch

/// Cross-entropy: the mean over pixels not ignored of −ln softmax(s)_y.
///
/// With class weights w it is Σ −w_y ln softmax(s)_y / Σ w_y, as PyTorch's.
public struct CrossEntropyLoss: SegmentationLoss {
    let weights: [Double]?
    let ignoreLabel: Int?

    public init(weights: [Double]? = nil, ignoreLabel: Int? = nil) {
        self.weights = weights
        self.ignoreLabel = ignoreLabel
    }

    public func composed(logits: Tensor, labels: Tensor) throws -> Tensor {
        let inputs = try LossInputs(logits: logits, labels: labels, ignoreLabel: ignoreLabel)
        if let weights, weights.count != inputs.classCount {
            throw LossInputError(.classes(expected: weights.count, found: inputs.classCount, of: "the weights of cross_entropy"))
        }
        let weight = try weights.map { try Tensor($0).to(inputs.logits.dtype, device: logits.device) }
        return try inputs.crossEntropy(of: inputs.logits, weight: weight)
    }

    public func fused(logits: Tensor, labels: Tensor) throws -> Tensor? {
        if let weights, logits.rank < 2 || weights.count != logits.shape[1] { return nil }
        let weights = weights.map { $0.map(Float.init) }
        guard let batch = try FusedBatch(logits: logits, labels: labels, ignoreLabel: ignoreLabel, weights: weights),
            batch.weight > 0
        else { return nil }
        return try batch.loss { ck_cross_entropy($0, weights, 1 / batch.weight) }
    }
}
