import Torch

/// A loss that is a ratio of overlaps, by tensor operations or by kernels.
protocol OverlapLoss: OverlapRatio, BatchLoss {}

extension OverlapLoss {
    func composed(_ inputs: LossInputs) throws -> Tensor {
        guard inputs.pixelCount > 0 else { return try inputs.zero() }
        let weights = try weights(labelled(inputs.classCounts()))
        let logits = inputs.logits
        return try value(
            of: OverlapSums(inputs, noise: noise, perImage: perImage),
            weights: ClassConstants.tensor(weights.flatMap { $0 }, dtype: logits.dtype, device: logits.device)
                .reshaped([weights.count, inputs.classCount]))
    }

    func fusedTerm(in batch: any CountedLabels) -> FusedTerm? { batch.pixelCount > 0 ? .overlap(self) : nil }
}
