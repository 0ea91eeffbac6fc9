import CTorch

/// η of a step.
public enum LearningRate {
    case value(Double)
    /// Read when the step is taken: a scalar, float32, on the parameters' device.
    case stored(Tensor)

    var number: Double { if case .value(let number) = self { number } else { 0 } }
    var tensor: Tensor? { if case .stored(let tensor) = self { tensor } else { nil } }
}

/// libtorch's fused optimiser steps: every parameter in one call, in place.
///
/// In both, gradients are divided by `divisor`, also where they lie, and where `isHeld` is 1 nothing changes: float32 scalars on the
/// parameters' device, so that no step waits to learn whether it may be taken.
public enum FusedSteps {
    /// One step of AdamW (Loshchilov & Hutter 2019), PyTorch's form.
    ///
    /// - Parameters:
    ///   - steps: a float32 scalar for each parameter, raised by one here.
    ///   - learningRate: η; the decay is p ← p − η·weightDecay·p before the step.
    public static func adamW(
        parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor], steps: [Tensor],
        learningRate: LearningRate, betas: (Double, Double), weightDecay: Double, epsilon: Double, divisor: Tensor? = nil,
        isHeld: Tensor? = nil
    ) throws(TorchError) {
        try withExtendedLifetime((parameters, gradients, firstMoments, secondMoments, steps, learningRate, divisor, isHeld)) {
            () throws(TorchError) in
            try check(
                "adamw",
                libtorch.fused_adamw(
                    parameters.map(\.raw), gradients.map(\.raw), firstMoments.map(\.raw), secondMoments.map(\.raw),
                    steps.map(\.raw), parameters.count, learningRate.number, learningRate.tensor?.raw ?? ct_tensor(), betas.0,
                    betas.1, weightDecay, epsilon,
                    divisor?.raw ?? ct_tensor(), isHeld?.raw ?? ct_tensor()))
        }
    }

    /// The scale of a loss in float16 after a step: halved where `overflowed` is 1, doubled after `interval` steps in a row without,
    /// which `stepsSince` (int32 scalar) counts.
    public static func updateLossScale(
        _ scale: Tensor, stepsSince: Tensor, overflowed: Tensor, interval: Int
    ) throws(TorchError) {
        try check(
            "loss scale", [scale, stepsSince, overflowed],
            libtorch.update_loss_scale(scale.raw, stepsSince.raw, overflowed.raw, Int64(interval)))
    }

    /// One step of SGD with momentum, PyTorch's form; buffers start at 0.
    public static func sgd(
        parameters: [Tensor], gradients: [Tensor], momentumBuffers: [Tensor], learningRate: LearningRate, momentum: Double,
        weightDecay: Double, nesterov: Bool, divisor: Tensor? = nil, isHeld: Tensor? = nil
    ) throws(TorchError) {
        try withExtendedLifetime((parameters, gradients, momentumBuffers, learningRate, divisor, isHeld)) {
            () throws(TorchError) in
            try check(
                "sgd",
                libtorch.fused_sgd(
                    parameters.map(\.raw), gradients.map(\.raw), momentumBuffers.map(\.raw), parameters.count,
                    learningRate.number,
                    learningRate.tensor?.raw ?? ct_tensor(), momentum, weightDecay, nesterov, divisor?.raw ?? ct_tensor(),
                    isHeld?.raw ?? ct_tensor()))
        }
    }
}
