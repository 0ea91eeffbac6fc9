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

    /// - Precondition: every parameter has a gradient.
    public func step(learningRate: Double) throws {
        let gradients = parameters.compactMap(\.gradient)
        precondition(gradients.count == parameters.count, "SGD's momentum needs a gradient for every parameter")
        try withoutGradient {
            try FusedSteps.sgd(
                parameters: parameters, gradients: gradients, momentumBuffers: momentumBuffers, learningRate: learningRate,
                momentum: momentum, weightDecay: weightDecay, nesterov: nesterov)
        }
    }

    public func state() -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        for index in parameters.indices { state["\(index).momentum_buffer"] = momentumBuffers[index] }
        return state
    }

    public func load(_ state: [String: Tensor]) throws { try copy(state, into: self.state()) }
}
