import MarginCalibration
import Torch

/// The bound itself: one minus the lower bound of the mIoU that the margins of a set of pixels give.
///
///     L = 1 − mean_k IoU̲_k,     IoU̲_k = (p_k − ℓ_k0) / (p_k + ℓ_0k)                                        (Eqs. 7–8)
///     ℓ_k0 = 1/n Σ_{i: y_i = k} ψ(λ_ik, ρ_k0)        ℓ_0k = 1/n Σ_{i: y_i ≠ k} ψ(−λ_ik, ρ_0k)               (Eqs. 4, 6)
///     smooth:  ψ(λ, ρ) = σ((ρ − λ) / T)              hard:  ψ(λ, ρ) = min(1, max(0, 1 − λ/ρ)), the paper's φ_ρ (Eq. 5)
///
/// n counts the pixels of the set, p_k is the share of class k among them, and the mean is over the classes present: the bound of
/// an absent one is 0 whatever is predicted.
///
/// **What it does.** 1 − IoU̲_k = (ℓ_k0 + ℓ_0k) / (p_k + ℓ_0k), whose slopes are 1 / (p_k + ℓ_0k) along ℓ_k0 and
/// IoU̲_k / (p_k + ℓ_0k) along ℓ_0k: a margin loss in which the cost of each class and kind of error follows from the bound that is
/// reached, where Eq. 27 has 1 for all.
///
/// **What it is.** Let q_ik be 1 − ψ(λ_ik, ρ_k0) on the pixels of class k and ψ(−λ_ik, ρ_0k) on the others. Then
/// n (p_k − ℓ_k0) = Σ q y and n ℓ_0k = Σ q (1 − y), so that IoU̲_k = Σ q y / (Σ q + Σ y − Σ q y), the soft Jaccard index of q. For two
/// classes, ρ = 0 and T = 1 the smooth q is the softmax, and L the soft Jaccard loss. Of more classes a score is held against its
/// largest rival, not against all of them.
///
/// **What it bounds.** φ_ρ is 1 wherever a pixel is wrong, so that with the hard ramp 1 − L never exceeds the mIoU of the same
/// pixels and classes. The smooth one has slopes on the wrong side of the margin too, as training needs, and is below 1 there. Both
/// give up what is hopeless: start from weights that another objective has trained.
///
/// **Over a data set** ℓ_k0, ℓ_0k and p_k are running means over the batches, and the gradient is that of the newest batch. All three
/// are of the same pixels: with p_k of others IoU̲_k may be negative, and its slope would reward false positives. What is computed
/// without a gradient, such as a validation loss, is of its batch alone.
///
/// Li, Yu and Zhang, Eqs. 4–8; costs that follow the ratio that they are to raise as in Narasimhan et al. 2015: *Optimizing
/// Non-decomposable Performance Measures*.
public struct MarginBoundLoss: BatchLoss {
    /// ψ.
    public enum Ramp: Sendable, Hashable {
        /// - Precondition: T > 0.
        case smooth(temperature: Double)
        /// Flat but between 0 and ρ, where a step: to see the bound, not to train with.
        case hard
    }

    /// Of which pixels it is the bound.
    public enum Scope: Sendable {
        /// Of each image; the mean over those with a pixel that takes part.
        case image
        /// Of the data set, as far as the batches have shown it.
        case data(RunningMeans)
    }

    public let offsets: MarginOffsets
    public let ramp: Ramp
    public let scope: Scope
    let ignoreLabel: Int?

    public init(
        offsets: MarginOffsets, ramp: Ramp = .smooth(temperature: 1), scope: Scope = .image, ignoreLabel: Int? = nil
    ) {
        if case .smooth(let temperature) = ramp {
            precondition(temperature > 0 && temperature.isFinite, "no ramp for T = \(temperature)")
        }
        self.offsets = offsets
        self.ramp = ramp
        self.scope = scope
        self.ignoreLabel = ignoreLabel
    }

    public var marginOffsets: [MarginOffsets] { [offsets] }

    public var runningMeans: [RunningMeans] {
        if case .data(let means) = scope { [means] } else { [] }
    }

    func composed(_ inputs: LossInputs) throws -> Tensor {
        guard inputs.classCount == offsets.classCount else {
            throw LossInputError(.classes(expected: offsets.classCount, found: inputs.classCount, of: "the margin-offsets"))
        }
        guard inputs.pixelCount > 0 else { return try inputs.zero() }
        let isLabel = try inputs.isCountedLabel()
        let losses = try inputs.counted(losses(inputs, isLabel: isLabel))
        let missed = try losses.masked(where: isLabel.logicalNot(), with: 0).sum(inputs.pixelAxes)
        let falselyTaken = try losses.masked(where: isLabel, with: 0).sum(inputs.pixelAxes)
        let labelled = try isLabel.to(.int64).sum(inputs.pixelAxes).to(losses.dtype)  // counted as integers
        let images = try Tensor.stacked([missed, falselyTaken, labelled], 0)  // n ℓ_k0, n ℓ_0k, n p_k: [3, B, C]
        return try value(images, of: Array(inputs.logits.shape.dropFirst(2)))
    }

    func fusedTerm(in batch: any CountedLabels) -> FusedTerm? {
        guard case .smooth(let temperature) = ramp, batch.classCount == offsets.classCount, batch.pixelCount > 0 else {
            return nil
        }
        return .bound(
            rhoK0: offsets.rhoK0.map(Float.init), rho0k: offsets.rho0k.map(Float.init), temperature: temperature,
            value: { try value($0, of: $1) })
    }

    /// L of n ℓ_k0, n ℓ_0k and n p_k of each image and class, [3, B, C].
    ///
    /// - Parameter size: of the images.
    func value(_ images: Tensor, of size: [Int]) throws -> Tensor {
        switch scope {
        case .image: try Self.value(images)
        case .data(let means): try Self.value(means.updated(by: images.sum([1], keepingAxes: true), of: size))
        }
    }

    /// ψ(λ_ik, ρ_k0) of a pixel's class and ψ(−λ_ik, ρ_0k) of the others, [B, C, …].
    private func losses(_ inputs: LossInputs, isLabel: Tensor) throws -> Tensor {
        // An infinite score has a finite ramp, and must show.
        let margins = try MarginCalibrationLoss.margins(inputs) + (inputs.logits - inputs.logits).detached()
        let towards = try margins.chosen(where: isLabel, otherwise: -margins)
        let rho = try inputs.alongClasses(offsets.rhoK0).chosen(where: isLabel, otherwise: inputs.alongClasses(offsets.rho0k))
        switch ramp {
        case .smooth(let temperature): return try ((rho - towards) / temperature).sigmoid()
        case .hard:
            let isStep = try rho.equal(0)
            let ramp = try (1 - towards / rho.masked(where: isStep, with: 1)).clamped(to: 0...1)
            return try (1 - towards.greater(0).to(ramp.dtype)).chosen(where: isStep, otherwise: ramp)
        }
    }

    /// 1 − mean IoU̲ over the classes present in each set, then over the sets with a pixel.
    ///
    /// - Parameter sums: n ℓ_k0, n ℓ_0k and n p_k of each set and class, [3, S, C].
    private static func value(_ sums: Tensor) throws -> Tensor {
        let (missed, falselyTaken, labelled) = try (sums.selected(0, 0), sums.selected(0, 1), sums.selected(0, 2))
        let isAbsent = try labelled.greater(0).logicalNot()
        let sizes = try (labelled + falselyTaken).masked(where: isAbsent, with: 1)
        let errors = try ((missed + falselyTaken) / sizes).masked(where: isAbsent, with: 0).sum([1])
        let present = try isAbsent.logicalNot().to(errors.dtype).sum([1])
        let means = try errors / present.maximum(Tensor.scalar(1, dtype: errors.dtype, device: errors.device))
        return try means.mean(where: present.greater(0))
    }
}
