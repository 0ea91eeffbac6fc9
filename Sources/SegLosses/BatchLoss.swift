import Torch

/// A loss of a batch whose labels are checked and counted once, whatever is computed of it: all terms of a sum share that, the
/// softmax, and the kernels' passes.
protocol BatchLoss: SegmentationLoss {
    var ignoreLabel: Int? { get }

    /// The value by tensor operations alone.
    ///
    /// - Throws: `LossInputError` for another number of classes.
    func composed(_ inputs: LossInputs) throws -> Tensor

    /// What kernels are to do for it; nil where there is none, or where the loss refuses the batch.
    ///
    /// - Throws: `TorchError` of kind `outOfMemory`.
    func fusedTerm(in batch: any CountedLabels) throws -> FusedTerm?
}

extension BatchLoss {
    public func composed(logits: Tensor, targets: Targets) throws -> Tensor {
        try composed(LossInputs(logits: logits, targets: targets, ignoreLabel: ignoreLabel))
    }

    public func fused(logits: Tensor, targets: Targets) throws -> Tensor? {
        guard let batch = try Self.fusedBatch(logits, targets, ignoreLabel: ignoreLabel), let term = try takenTerm(in: batch)
        else { return nil }
        return try batch.loss([(weight: 1, term: term)])
    }

    public func deviceNumbers(_ counts: [[Int]]) throws -> [Float]? {
        guard let known = KnownLabels(counts) else { return nil }
        return try takenTerm(in: known).map { known.numbers(of: [(weight: 1, term: $0)]) }
    }

    /// What kernels do for it; nil where they cannot serve the batch.
    func takenTerm(in batch: any CountedLabels) throws -> FusedTerm? {
        try fusedTerm(in: batch).flatMap { batch.takes($0) ? $0 : nil }
    }
}
