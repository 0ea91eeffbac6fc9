import CKernels
import Foundation
import Torch

/// The Tversky loss, which weighs false positives against false negatives, and its focal power.
///
///     TI = (TP + s) / (TP + a·FP + b·FN + s)        L = mean over images and classes of (1 − TI)^γ
///
/// TP = Σ p y, FP = Σ p (1 − y), FN = Σ (1 − p) y over the pixels of one image and class that take part, p = softmax(s), with
/// background; a is `fp`, b is `fn`, s is `smooth`. Images without such a pixel are left out of the mean.
///
/// Salehi et al. 2017 (a = 0.3, b = 0.7). With γ ≠ 1 it is the focal Tversky loss of Abraham and Khan 2019, who write the
/// power as 1/γ and sum over the classes: their γ = 4/3 is 0.75 here.
public struct TverskyLoss: OverlapLoss {
    /// a, the weight of false positives.
    public let fp: Double
    /// b, the weight of false negatives.
    public let fn: Double
    /// s; with 0, a class that is neither in the labels nor predicted has the index 1.
    public let smooth: Double
    /// γ, the power of 1 − TI.
    public let gamma: Double
    let ignoreLabel: Int?

    /// - Precondition: finite numbers; `fp`, `fn`, `smooth` ≥ 0, `fp` + `fn` > 0, `gamma` > 0.
    public init(fp: Double = 0.3, fn: Double = 0.7, smooth: Double = 1, gamma: Double = 1, ignoreLabel: Int? = nil) {
        precondition(
            [fp, fn, smooth, gamma].allSatisfy { $0 >= 0 && $0.isFinite } && fp + fn > 0 && gamma > 0, "no Tversky index")
        self.fp = fp
        self.fn = fn
        self.smooth = smooth
        self.gamma = gamma
        self.ignoreLabel = ignoreLabel
    }

    func loss(of sums: SoftOverlap) throws -> Tensor {
        let errors = (sums.predicted - sums.common) * fp + (sums.labelled - sums.common) * fn
        let sizes = sums.common + errors + smooth
        // Not 1 − TI: near a perfect overlap the difference would keep no digit of what is left to gain.
        let losses = try errors / sizes.masked(where: sizes.greater(0).logicalNot(), with: 1)
        let powers = try gamma == 1 ? losses : losses.positivePower(gamma)
        let isCounted = try sums.labelled.sum([1], keepingAxes: true).greater(0).expanded(powers.shape)
        return try powers.mean(where: isCounted)
    }

    func linearized(_ images: [[ck_overlap]]) -> LinearizedOverlap {
        func isCounted(_ image: [ck_overlap]) -> Bool { image.contains { $0.labelled > 0 } }
        let share = 1 / Double(images.count(where: isCounted) * images[0].count)
        var value = 0.0
        let slopes = images.map { image in
            let isCounted = isCounted(image)
            return image.map { sums -> LinearizedOverlap.Slopes in
                guard isCounted else { return .init() }
                let errors = (sums.predicted - sums.overlap) * fp + (sums.labelled - sums.overlap) * fn
                let size = sums.overlap + errors + smooth
                let divisor = size > 0 ? size : 1
                let ratio = errors / divisor
                // As `positivePower`: not the infinite slope at 0.
                let isFlat = gamma != 1 && ratio <= 0
                value += isFlat ? 0 : share * pow(ratio, gamma)
                let outer = isFlat ? 0 : share * gamma * pow(ratio, gamma - 1) / divisor
                return .init(overlap: outer * (-(fp + fn) - ratio * (1 - fp - fn)), predicted: outer * fp * (1 - ratio))
            }
        }
        return LinearizedOverlap(value: value, slopes: slopes)
    }
}
