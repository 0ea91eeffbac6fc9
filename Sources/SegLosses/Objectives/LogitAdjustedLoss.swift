import Foundation
import MarginCalibration
import Torch

/// Logit-adjusted cross-entropy: every score is raised by its class's logarithmic frequency in training, so that the network
/// itself learns scores to which rare classes are as likely as common ones.
///
///     L = mean over pixels not ignored of −ln softmax(s + τ ln p)_y,        p_k = n_k / n
///
/// n_k of the n training pixels have class k. Predictions are made from s, without the adjustment; for τ = 1 its largest score
/// minimises the balanced error, the mean over classes of the share of their pixels that are wrong. τ = 0 is cross-entropy.
/// Menon et al. 2021: *Long-tail learning via logit adjustment*, Eq. 10.
public struct LogitAdjustedLoss: BatchLoss {
    /// τ ln p_k.
    public let adjustments: [Double]
    let ignoreLabel: Int?

    /// - Parameters:
    ///   - distribution: the counts of the training pixels.
    ///   - tau: τ.
    ///   - classNames: used by errors only; may be shorter than the list of classes.
    /// - Throws: `AbsentClassError` for a class without pixels.
    /// - Precondition: `tau` ≥ 0, finite.
    public init(_ distribution: LabelDistribution, tau: Double = 1, classNames: [String] = [], ignoreLabel: Int? = nil) throws {
        precondition(tau >= 0 && tau.isFinite, "no logit adjustment for tau = \(tau)")
        try AbsentClassError.check(distribution, "adjustment in logit_adjusted", classNames: classNames)
        adjustments = distribution.frequencies.map { tau * log($0) }
        self.ignoreLabel = ignoreLabel
    }

    public var isMeanOverPixels: Bool { true }

    func composed(_ inputs: LossInputs) throws -> Tensor {
        guard inputs.classCount == adjustments.count else {
            throw LossInputError(
                .classes(expected: adjustments.count, found: inputs.classCount, of: "the adjustments of logit_adjusted"))
        }
        return try inputs.crossEntropy(of: inputs.logits + inputs.alongClasses(adjustments))
    }

    func fusedTerm(in batch: any CountedLabels) -> FusedTerm? {
        guard batch.classCount == adjustments.count else { return nil }
        return .crossEntropy(shifts: adjustments.map(Float.init), scale: 1 / Double(max(batch.pixelCount, 1)))
    }
}
