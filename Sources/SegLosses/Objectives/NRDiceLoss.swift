/// The noise-robust Dice loss: between Dice (γ = 2) and the mean absolute error (γ = 1), which forgives wrong labels.
///
///     L = (1/c) Σ_k  Σ |p_k − y_k|^γ / (Σ p_k² + Σ y_k² + ε),        ε = 10⁻⁵
///
/// Sums over all pixels of the batch that take part, p = softmax(s), y the one-hot label, with background. ε makes 0 of the
/// 0/0 of a class that is neither there nor predicted. For γ < 2 a class that is absent from the batch but weakly predicted
/// costs more than 1, and less if it is predicted more: the form suits batches in which every class occurs.
/// Wang et al. 2020 (COPLE-Net), Eq. 3, whose γ is 1.5.
public struct NRDiceLoss: OverlapLoss {
    /// γ.
    public let gamma: Double
    let ignoreLabel: Int?

    /// - Precondition: 1 ≤ `gamma`, finite; below 1 the gradient at a perfect pixel is infinite.
    public init(gamma: Double = 1.5, ignoreLabel: Int? = nil) {
        precondition(gamma >= 1 && gamma.isFinite, "no noise-robust Dice loss for gamma = \(gamma)")
        self.gamma = gamma
        self.ignoreLabel = ignoreLabel
    }

    var noise: Double { gamma }

    func ratio<Number>(of sums: OverlapSums<Number>) -> (errors: Number, size: Number) {
        (sums.noise, sums.squared + sums.labelled + 1e-5)
    }
}
