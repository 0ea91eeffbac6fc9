import CKernels
import Torch

/// What kernels do for one loss: a sum of losses shares their passes, and one gradient.
enum FusedTerm {
    /// Of pixels that stand each alone: what `ck_terms` sums, times `scale`.
    case margin(rhoK0: [Float], rho0k: [Float], isNatural: Bool, ownWeight: Float, scale: Double)
    case crossEntropy(weights: [Float]? = nil, margins: [Float]? = nil, sharpness: Float = 1, scale: Double)
    case focal(gamma: Float, isDetached: Bool, scale: Double)
    /// A formula on sums over each image and class; squares and noise are summed for `noiseGamma` > 0 alone.
    case overlap(noiseGamma: Float = 0, OverlapFormula)
    case lovasz(perImage: Bool)
}

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
