import Torch

/// The noise-robust Dice loss: between Dice (γ = 2) and the mean absolute error (γ = 1), which forgives wrong labels.
///
///     L = (1/c) Σ_k  Σ |p_k − y_k|^γ / (Σ p_k² + Σ y_k² + ε),        ε = 10⁻⁵
///
/// Sums over all pixels of the batch that take part, p = softmax(s), y the one-hot label, with background. ε makes 0 of the
/// 0/0 of a class that is neither there nor predicted. For γ < 2 a class that is absent from the batch but weakly predicted
/// costs more than 1, and less if it is predicted more: the form suits batches in which every class occurs.
/// Wang et al. 2020 (COPLE-Net), Eq. 3, whose γ is 1.5.
public struct NRDiceLoss: FusedLoss {
    /// γ.
    public let gamma: Double
    let ignoreLabel: Int?

    /// - Precondition: 1 ≤ `gamma`, finite; below 1 the gradient at a perfect pixel is infinite.
    public init(gamma: Double = 1.5, ignoreLabel: Int? = nil) {
        precondition(gamma >= 1 && gamma.isFinite, "no noise-robust Dice loss for gamma = \(gamma)")
        self.gamma = gamma
        self.ignoreLabel = ignoreLabel
    }

    public func composed(logits: Tensor, labels: Tensor) throws -> Tensor {
        let inputs = try LossInputs(logits: logits, labels: labels, ignoreLabel: ignoreLabel)
        let probabilities = try inputs.counted(inputs.probabilities())
        let isLabel = try inputs.isCountedLabel()
        let axes = [0] + inputs.pixelAxes
        let errors = try (isLabel.to(probabilities.dtype) - probabilities).abs().power(gamma).sum(axes)  // [C]
        let squares = try (probabilities * probabilities).sum(axes) + isLabel.sum(axes).to(probabilities.dtype)
        return try (errors / (squares + 1e-5)).mean()
    }

    func fusedTerm(in batch: FusedBatch) -> FusedTerm? {
        guard batch.pixelCount > 0 else { return nil }
        return .overlap(noiseGamma: Float(gamma)) { images in
            let sums = images.overBatch()
            let share = 1 / Double(sums.count)
            let sizes = sums.map { $0.squared + $0.labelled + 1e-5 }
            return LinearizedOverlap(
                value: zip(sums, sizes).reduce(0) { $0 + $1.0.noise / $1.1 } * share,
                slopes: zip(sums, sizes).map { .init(squared: -share * $0.noise / ($1 * $1), noise: share / $1) },
                images: images.count)
        }
    }
}
