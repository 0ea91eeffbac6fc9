import Torch

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019), by libtorch's fused kernel.
public final class AdamW: Optimizer {
    public let parameters: [Tensor]
    let betas: (Double, Double)
    let weightDecay: Double
    let epsilon: Double
    private let firstMoments: [Tensor]
    private let secondMoments: [Tensor]
    /// float32 scalars, as the kernel wants them.
    private let steps: [Tensor]

    public init(
        _ parameters: [Tensor], betas: (Double, Double) = (0.9, 0.999), weightDecay: Double = 0.01, epsilon: Double = 1e-8
    ) throws {
        self.parameters = parameters
        self.betas = betas
        self.weightDecay = weightDecay
        self.epsilon = epsilon
        firstMoments = try parameters.map { try $0.zeros() }
        secondMoments = try parameters.map { try $0.zeros() }
        steps = try parameters.map { try Tensor.zeros([], device: $0.device) }
    }

    public func step(_ learningRate: LearningRate, _ guarding: StepGuard?) throws {
        let active = parameters.indices.filter { parameters[$0].gradient != nil }
        guard !active.isEmpty else { return }
        try withoutGradient {
            try FusedSteps.adamW(
                parameters: active.map { parameters[$0] }, gradients: active.compactMap { parameters[$0].gradient },
                firstMoments: active.map { firstMoments[$0] }, secondMoments: active.map { secondMoments[$0] },
                steps: active.map { steps[$0] }, learningRate: learningRate, betas: betas, weightDecay: weightDecay,
                epsilon: epsilon, divisor: guarding?.divisor, isHeld: guarding?.isHeld)
        }
    }

    public func state() -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        for index in parameters.indices {
            state["\(index).exp_avg"] = firstMoments[index]
            state["\(index).exp_avg_sq"] = secondMoments[index]
            state["\(index).step"] = steps[index]
        }
        return state
    }

    public func load(_ state: [String: Tensor]) throws { try copy(state, into: self.state()) }
}
