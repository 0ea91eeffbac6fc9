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

    public func callAsFunction(logits: Tensor, labels: Tensor) throws -> Tensor {
        let inputs = try LossInputs(logits: logits, labels: labels, ignoreLabel: ignoreLabel)
        let classCount = logits.shape[1]
        if let weights, weights.count != classCount {
            throw LossInputError(.classes(expected: weights.count, found: classCount, of: "the weights of cross_entropy"))
        }
        // libtorch divides 0 by 0 where every pixel is ignored.
        guard inputs.pixelCount > 0 else { return try (inputs.logits * 0).sum() }
        let weight = try weights.map { try Tensor($0).to(inputs.logits.dtype, device: logits.device) }
        let none = -1  // no label left is −1
        let kept = try inputs.labels.masked(where: inputs.isCounted.logicalNot(), with: Double(none))
        return try inputs.logits.crossEntropy(labels: kept, weight: weight, ignoring: none)
    }
}
