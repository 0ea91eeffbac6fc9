import Torch

/// A loss that kernels compute.
protocol FusedLoss: SegmentationLoss {
    var ignoreLabel: Int? { get }

    /// Nil where kernels cannot serve the batch, or where the loss refuses it.
    ///
    /// - Throws: `TorchError` of kind `outOfMemory`.
    func fusedTerm(in batch: FusedBatch) throws -> FusedTerm?
}

extension FusedLoss {
    public func fused(logits: Tensor, labels: Tensor) throws -> Tensor? {
        guard let batch = try FusedBatch(logits: logits, labels: labels, ignoreLabel: ignoreLabel),
            let term = try fusedTerm(in: batch)
        else { return nil }
        return try batch.loss([(weight: 1, term: term)])
    }
}
