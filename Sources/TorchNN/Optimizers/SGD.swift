import Torch

/// Gradient descent with momentum and, optionally, Nesterov's look-ahead, by libtorch's fused kernel.
public final class SGD: Optimizer {
    public let parameters: [Tensor]
    let momentum: Double
    let weightDecay: Double
    let nesterov: Bool
    /// From 0, which makes the first step the gradient itself: there is no dampening.
    private let momentumBuffers: [Tensor]

    /// - Precondition: Nesterov needs a momentum above 0.
    public init(_ parameters: [Tensor], momentum: Double = 0, weightDecay: Double = 0, nesterov: Bool = false) throws {
        precondition(!nesterov || momentum > 0, "Nesterov's form needs a momentum above 0")
        self.parameters = parameters
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.nesterov = nesterov
        momentumBuffers = try parameters.map { try $0.zeros() }
    }

    public func step(_ learningRate: LearningRate, _ guarding: StepGuard?) throws {
        let active = parameters.indices.filter { parameters[$0].gradient != nil }
        guard !active.isEmpty else { return }
        try withoutGradient {
            try FusedSteps.sgd(
                parameters: active.map { parameters[$0] }, gradients: active.compactMap { parameters[$0].gradient },
                momentumBuffers: active.map { momentumBuffers[$0] }, learningRate: learningRate,
                momentum: momentum, weightDecay: weightDecay, nesterov: nesterov, divisor: guarding?.divisor,
                isHeld: guarding?.isHeld)
        }
    }

    public func state() -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        for index in parameters.indices { state["\(index).momentum_buffer"] = momentumBuffers[index] }
        return state
    }

    public func load(_ state: [String: Tensor]) throws { try copy(state, into: self.state()) }
}
