import Torch

/// The focal loss: cross-entropy that turns away from pixels which are right already.
///
///     L = mean over pixels not ignored of −(1 − p_y)^γ ln p_y,        p = softmax(s)
///
/// Lin et al. 2017 differentiate through the weight (1 − p_y)^γ; the authors of the margin calibration hold it constant
/// (`detached`). The values are equal, the gradients are not. γ = 0 is cross-entropy.
public struct FocalLoss: BatchLoss {
    /// γ.
    public let gamma: Double
    /// Whether the weight is held constant in the gradient.
    public let detached: Bool
    let ignoreLabel: Int?

    /// - Precondition: `gamma` ≥ 0, finite.
    public init(gamma: Double = 2, detached: Bool = false, ignoreLabel: Int? = nil) {
        precondition(gamma >= 0 && gamma.isFinite, "no focal loss for gamma = \(gamma)")
        self.gamma = gamma
        self.detached = detached
        self.ignoreLabel = ignoreLabel
    }

    public var isMeanOverPixels: Bool { true }

    func composed(_ inputs: LossInputs) throws -> Tensor {
        guard gamma > 0 else { return try inputs.crossEntropy(of: inputs.logits) }
        let own = try inputs.logits.logSoftmax(1).gathered(1, inputs.labels.unsqueezed(1)).squeezed(1)  // ln p_y, [B, …]
        // 1 − p_y as the sum of the others, since the difference keeps no digit of a pixel that is nearly right.
        let others = try inputs.probabilities().masked(where: inputs.isLabel(), with: 0).sum([1])
        let weights = try others.positivePower(gamma)
        return try inputs.sum(-(detached ? weights.detached() : weights) * own, dividedBy: Double(inputs.pixelCount))
    }

    func fusedTerm(in batch: any CountedLabels) -> FusedTerm? {
        .focal(gamma: Float(gamma), isDetached: detached, scale: 1 / Double(max(batch.pixelCount, 1)))
    }
}
