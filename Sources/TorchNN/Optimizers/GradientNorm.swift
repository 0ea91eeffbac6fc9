import Torch

extension Optimizer {
    /// The Euclidean norm of all gradients together; 0 where there are none.
    public func gradientNorm() throws -> Double {
        let gradients = parameters.compactMap(\.gradient)
        return gradients.isEmpty ? 0 : try Tensor.totalNorm(gradients).item()
    }

    /// Scales all gradients by min(1, `most` / (`norm` + 1e-6)), as PyTorch's `clip_grad_norm_`.
    ///
    /// - Parameter norm: that of `gradientNorm()`.
    public func clipGradients(norm: Double, to most: Double) throws {
        let factor = most / (norm + 1e-6)
        guard factor < 1 else { return }
        for gradient in parameters.compactMap(\.gradient) { try gradient.multiplyInPlace(by: factor) }
    }
}
