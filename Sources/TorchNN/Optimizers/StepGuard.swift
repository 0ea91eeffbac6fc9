import Torch

/// What stands between gradients and a step, on their device: nobody has to wait for it to know whether the step is taken.
public struct StepGuard {
    /// The Euclidean norm of all gradients together, without a scale and before they are shortened; 0 where there are none.
    /// [], float32
    public let norm: Tensor
    /// What gradients are divided by; nil: they stay as they are.
    let divisor: Tensor?
    /// 1 where the step changes nothing, else 0. [], float32
    public let isHeld: Tensor
    /// 1 where no step after it may change anything either, else 0. [], float32
    public let isLost: Tensor

    /// - Parameters:
    ///   - losses: what the gradients are of, before any scale. Where one of them or the norm is not finite the step is held.
    ///   - longest: the norm that longer gradients are scaled down to, by `longest` / (norm + 1e-6) as PyTorch's
    ///     `clip_grad_norm_`; 0: no limit.
    ///   - scale: what the losses were multiplied by, and what follows the gradients: with it, gradients that are not finite cost
    ///     one step.
    ///   - lost: 1 where a step before this was lost, whose fate it shares; [], float32.
    public init(
        _ optimizer: any Optimizer, losses: [Tensor] = [], longest: Double = 0, scale: LossScale? = nil, lost: Tensor? = nil
    ) throws {
        let gradients = optimizer.parameters.compactMap(\.gradient)
        let device = optimizer.parameters.first?.device ?? .cpu
        let zero = try Tensor.scalar(0, device: device)
        let scaled = try gradients.isEmpty ? zero : Tensor.totalNorm(gradients).to(.float32)
        norm = scale.map { scaled / $0.value } ?? scaled
        let shortening = longest > 0 ? try ((norm + 1e-6) / longest).maximum(zero + 1) : nil
        divisor = scale.map { scale in shortening.map { $0 * scale.value } ?? scale.value } ?? shortening
        /// 0 times what is not finite is NaN.
        func isSpoilt(_ values: [Tensor]) throws -> Tensor {
            try values.reduce(zero) { try $0 + $1.detached().to(.float32) * 0 }.isFinite().logicalNot().to(.float32)
        }
        let overflowed = try isSpoilt([norm])
        let spoilt = try scale == nil ? isSpoilt(losses + [norm]) : isSpoilt(losses)
        isLost = try lost.map { try spoilt.maximum($0) } ?? spoilt
        isHeld = try isLost.maximum(overflowed)
        try scale?.update(overflowed: overflowed)
    }
}
