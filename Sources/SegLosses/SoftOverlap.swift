import CKernels
import Torch

/// The soft counts that region losses are made of, over the pixels that take part: p = softmax(s), y the one-hot label.
struct SoftOverlap {
    /// Σ p y.
    let common: Tensor
    /// Σ p.
    let predicted: Tensor
    /// Σ y, outside the graph.
    let labelled: Tensor

    /// Of each image and class: [B, C].
    init(_ inputs: LossInputs) throws {
        let probabilities = try inputs.counted(inputs.probabilities())
        let isLabel = try inputs.isCountedLabel()
        common = try probabilities.masked(where: isLabel.logicalNot(), with: 0).sum(inputs.pixelAxes)
        predicted = try probabilities.sum(inputs.pixelAxes)
        labelled = try isLabel.sum(inputs.pixelAxes).to(probabilities.dtype)  // counted as integers
    }

    init(common: Tensor, predicted: Tensor, labelled: Tensor) {
        self.common = common
        self.predicted = predicted
        self.labelled = labelled
    }

    /// Of each class over the whole batch: [C].
    func overBatch() throws -> SoftOverlap {
        try SoftOverlap(common: common.sum([0]), predicted: predicted.sum([0]), labelled: labelled.sum([0]))
    }
}

/// A loss that depends on the logits through soft overlaps alone.
protocol OverlapLoss: FusedLoss {
    /// - Parameter images: [B, C], of a batch in which some pixel takes part.
    func loss(of images: SoftOverlap) throws -> Tensor

    /// The same on plain numbers, with its slopes: what kernels need of it.
    func linearized(_ images: [[ck_overlap]]) -> LinearizedOverlap
}

extension OverlapLoss {
    public func composed(logits: Tensor, labels: Tensor) throws -> Tensor {
        let inputs = try LossInputs(logits: logits, labels: labels, ignoreLabel: ignoreLabel)
        guard inputs.pixelCount > 0 else { return try inputs.zero() }
        return try loss(of: SoftOverlap(inputs))
    }

    func fusedTerm(in batch: FusedBatch) -> FusedTerm? { batch.pixelCount > 0 ? .overlap(linearized) : nil }
}
