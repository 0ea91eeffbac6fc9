import Torch

/// Cross-entropy: the mean over pixels not ignored of −ln softmax(s)_y.
///
/// With class weights w it is Σ −w_y ln softmax(s)_y / Σ w_y, as PyTorch's.
public struct CrossEntropyLoss: BatchLoss {
    let weights: [Double]?
    let ignoreLabel: Int?

    public init(weights: [Double]? = nil, ignoreLabel: Int? = nil) {
        self.weights = weights
        self.ignoreLabel = ignoreLabel
    }

    public var isMeanOverPixels: Bool { weights == nil }

    func composed(_ inputs: LossInputs) throws -> Tensor {
        if let weights, weights.count != inputs.classCount {
            throw LossInputError(.classes(expected: weights.count, found: inputs.classCount, of: "the weights of cross_entropy"))
        }
        let weight = try weights.map {
            try ClassConstants.tensor($0, dtype: inputs.logits.dtype, device: inputs.logits.device)
        }
        return try inputs.crossEntropy(of: inputs.logits, weight: weight)
    }

    func fusedTerm(in batch: any CountedLabels) throws -> FusedTerm? {
        guard let weights = weights?.map(Float.init) else {
            return batch.pixelCount > 0 ? .crossEntropy(scale: 1 / Double(batch.pixelCount)) : nil
        }
        guard weights.count == batch.classCount else { return nil }
        let weight = try batch.weight(of: weights)
        return weight > 0 ? .crossEntropy(weights: weights, scale: 1 / weight) : nil
    }
}
