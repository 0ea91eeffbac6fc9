import Foundation
import MarginCalibration
import Torch

/// The label-distribution-aware margin loss: cross-entropy in which the score of a pixel's class is lowered by a margin that is
/// larger for rare classes.
///
///     L = mean over pixels not ignored of −ln softmax(σ (s − Δ_y e_y))_y,       Δ_k = C / n_k^{1/4},   max_k Δ_k = `maximum`
///
/// n_k are the pixels of class k in the training set, σ is `scale`. Cao et al. 2019, Eq. 13, with the constants of their
/// implementation. They take s from a layer with normalised weights and features, between −1 and 1; on free logits a smaller
/// scale may do better.
public struct LDAMLoss: BatchLoss {
    /// Δ_k.
    public let margins: [Double]
    /// σ.
    public let scale: Double
    let ignoreLabel: Int?

    /// - Parameters:
    ///   - distribution: the counts of the training pixels.
    ///   - maximum: the largest margin.
    ///   - classNames: used by errors only; may be shorter than the list of classes.
    /// - Throws: `AbsentClassError` for a class without pixels.
    /// - Precondition: `maximum` ≥ 0, `scale` > 0, both finite.
    public init(
        _ distribution: LabelDistribution, maximum: Double = 0.5, scale: Double = 30, classNames: [String] = [],
        ignoreLabel: Int? = nil
    ) throws {
        precondition(maximum >= 0 && maximum.isFinite && scale > 0 && scale.isFinite, "no LDAM loss for these numbers")
        try AbsentClassError.check(distribution, "margin in ldam", classNames: classNames)
        let proportions = distribution.counts.map { pow(Double($0), -0.25) }
        let largest = proportions.max() ?? 1  // a distribution has a class
        margins = proportions.map { maximum * $0 / largest }
        self.scale = scale
        self.ignoreLabel = ignoreLabel
    }

    public var isMeanOverPixels: Bool { true }

    func composed(_ inputs: LossInputs) throws -> Tensor {
        guard inputs.classCount == margins.count else {
            throw LossInputError(.classes(expected: margins.count, found: inputs.classCount, of: "the margins of ldam"))
        }
        let lowered = try inputs.logits - inputs.alongClasses(margins)
        let scores = try lowered.chosen(where: inputs.isLabel(), otherwise: inputs.logits)
        return try inputs.crossEntropy(of: scores * scale)
    }

    func fusedTerm(in batch: any CountedLabels) -> FusedTerm? {
        guard batch.classCount == margins.count else { return nil }
        return .crossEntropy(
            margins: margins.map(Float.init), sharpness: Float(scale), scale: 1 / Double(max(batch.pixelCount, 1)))
    }
}
