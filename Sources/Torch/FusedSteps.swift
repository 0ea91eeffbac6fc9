import CTorch

/// libtorch's fused optimiser steps: every parameter in one call, in place.
public enum FusedSteps {
    /// One step of AdamW (Loshchilov & Hutter 2019), PyTorch's form.
    ///
    /// - Parameters:
    ///   - steps: a float32 scalar for each parameter, raised by one here.
    ///   - learningRate: η; the decay is p ← p − η·weightDecay·p before the step.
    public static func adamW(
        parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor], steps: [Tensor],
        learningRate: Double, betas: (Double, Double), weightDecay: Double, epsilon: Double
    ) throws(TorchError) {
        try withExtendedLifetime((parameters, gradients, firstMoments, secondMoments, steps)) { () throws(TorchError) in
            try check(
                "adamw",
                libtorch.fused_adamw(
                    parameters.map(\.raw), gradients.map(\.raw), firstMoments.map(\.raw), secondMoments.map(\.raw),
                    steps.map(\.raw), parameters.count, learningRate, betas.0, betas.1, weightDecay, epsilon))
        }
    }

    /// One step of SGD with momentum, PyTorch's form; buffers start at 0.
    public static func sgd(
        parameters: [Tensor], gradients: [Tensor], momentumBuffers: [Tensor], learningRate: Double, momentum: Double,
        weightDecay: Double, nesterov: Bool
    ) throws(TorchError) {
        try withExtendedLifetime((parameters, gradients, momentumBuffers)) { () throws(TorchError) in
            try check(
                "sgd",
                libtorch.fused_sgd(
                    parameters.map(\.raw), gradients.map(\.raw), momentumBuffers.map(\.raw), parameters.count, learningRate,
                    momentum, weightDecay, nesterov))
        }
    }
}
