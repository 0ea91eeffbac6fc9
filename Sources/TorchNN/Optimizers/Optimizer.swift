import Torch

/// Changes parameters by their gradients; holds what it must remember from step to step.
public protocol Optimizer: AnyObject {
    /// The tensors it changes, in a fixed order.
    var parameters: [Tensor] { get }

    /// One step with the parameters' current gradients; parameters without one stay as they are.
    ///
    /// - Parameter guarding: shortens the gradients, or holds the step; nil: neither.
    func step(_ learningRate: LearningRate, _ guarding: StepGuard?) throws

    /// What it remembers, by name, sharing memory with the optimiser.
    func state() -> [String: Tensor]

    /// Takes up a stored state.
    ///
    /// - Throws: `StateError` unless names and shapes are those of `state()`.
    func load(_ state: [String: Tensor]) throws
}

extension Optimizer {
    public func step(learningRate: Double, _ guarding: StepGuard? = nil) throws { try step(.value(learningRate), guarding) }

    public func clearGradients() throws {
        for parameter in parameters { try parameter.setGradient(nil) }
    }

    /// Copies named tensors of equal names and shapes.
    func copy(_ stored: [String: Tensor], into own: [String: Tensor]) throws {
        let error = StateError(
            missing: own.keys.filter { stored[$0] == nil }.sorted(),
            unexpected: stored.keys.filter { own[$0] == nil }.sorted(),
            misshaped: own.sorted { $0.key < $1.key }.compactMap { name, tensor in
                guard let other = stored[name], other.shape != tensor.shape else { return nil }
                return .init(name: name, expected: tensor.shape, found: other.shape)
            })
        guard error.isEmpty else { throw error }
        for (name, tensor) in own {
            guard let other = stored[name] else { continue }
            try tensor.copyInPlace(from: other)
        }
    }
}

extension Tensor {
    /// Zeros that lie in memory as this tensor's elements do, which the fused steps take for granted.
    func zeros() throws -> Tensor {
        let zeros = try detached().clone()
        try zeros.fillInPlace(0)
        return zeros
    }
}
