import CKernels
import Foundation
import Torch

/// Dice losses: one minus the overlap 2|x ∩ y| / (|x| + |y|) of softmax and label, over the whole batch, background included.
///
/// With the sums over all pixels of the batch that take part, I_k = Σ p_k y_k, P_k = Σ p_k, Y_k = Σ y_k, and c classes:
///
///     soft:              1 − (1/c) Σ_k (2 I_k + ε) / (P_k + Y_k + ε),                     ε = 10⁻⁵
///     generalized:       1 − 2 Σ_k w_k I_k / max(Σ_k w_k (P_k + Y_k), 10⁻⁵),              w_k = 1 / max(Y_k², 10⁻⁵)
///     generalized_safe:  1 − 2 Σ_k w_k I_k / Σ_k w_k (P_k + Y_k),                         w_k = 1 / Y_k²
///
/// Sudre et al. 2017 for the weights; Milletari et al. 2016 for the soft form, here with linear sums as most toolkits have it.
public struct DiceLoss: OverlapLoss {
    public enum Form: String, Sendable, Hashable, CaseIterable, Codable {
        /// Every class counts alike; ε makes 1 of the 0/0 of a class that is neither there nor predicted.
        case soft
        /// The authors' implementation. A class that is absent from the batch weighs 10⁵ and swamps the rest, and beyond some
        /// 10⁵ pixels in each class the lower limit of the denominator bends the loss.
        case generalized
        /// Classes absent from the batch, whose weight would be infinite, get the largest finite weight. No limits: the form
        /// does not depend on the size of the batch.
        case generalizedSafe = "generalized_safe"
    }

    public let form: Form
    let ignoreLabel: Int?

    public init(form: Form = .soft, ignoreLabel: Int? = nil) {
        self.form = form
        self.ignoreLabel = ignoreLabel
    }

    func loss(of images: SoftOverlap) throws -> Tensor {
        let sums = try images.overBatch()  // [C]
        let sizes = sums.predicted + sums.labelled
        switch form {
        case .soft:
            let epsilon = 1e-5
            return try 1 - ((2 * sums.common + epsilon) / (sizes + epsilon)).mean()
        case .generalized:
            let squares = sums.labelled * sums.labelled
            let limit = try Tensor.scalar(1e-5, dtype: squares.dtype, device: squares.device)
            let weights = try squares.maximum(limit).power(-1)
            return try 1 - 2 * (weights * sums.common).sum() / (weights * sizes).sum().maximum(limit)
        case .generalizedSafe:
            // Over the smallest class that is present, so that the largest weight is 1: squares of large counts would leave
            // float32's range of exact numbers, and the ratio does not care.
            let isAbsent = try sums.labelled.equal(0)
            let smallest = try sums.labelled.masked(where: isAbsent, with: .infinity).min()
            let weights = try (smallest / sums.labelled.masked(where: isAbsent, with: 1)).power(2).masked(
                where: isAbsent, with: 1)
            return try 1 - 2 * (weights * sums.common).sum() / (weights * sizes).sum()
        }
    }

    func linearized(_ images: [[ck_overlap]]) -> LinearizedOverlap {
        let sums = images.overBatch()
        if form == .soft {
            let epsilon = 1e-5
            let share = 1 / Double(sums.count)
            let sizes = sums.map { $0.predicted + $0.labelled + epsilon }
            let scores = zip(sums, sizes).map { (2 * $0.overlap + epsilon) / $1 }
            return LinearizedOverlap(
                value: 1 - share * scores.reduce(0, +),
                slopes: zip(scores, sizes).map { .init(overlap: -2 * share / $1, predicted: share * $0 / $1) },
                images: images.count)
        }
        let weights: [Double]
        let limit: Double
        if form == .generalized {
            limit = 1e-5
            weights = sums.map { 1 / max($0.labelled * $0.labelled, limit) }
        } else {
            limit = 0
            let smallest = sums.map(\.labelled).filter { $0 > 0 }.min()!  // of some class there is a pixel
            weights = sums.map { $0.labelled > 0 ? pow(smallest / $0.labelled, 2) : 1 }
        }
        let common = zip(weights, sums).reduce(0) { $0 + $1.0 * $1.1.overlap }
        let size = zip(weights, sums).reduce(0) { $0 + $1.0 * ($1.1.predicted + $1.1.labelled) }
        let divisor = max(size, limit)
        let bySize = size > limit ? 2 * common / (divisor * divisor) : 0
        return LinearizedOverlap(
            value: 1 - 2 * common / divisor, slopes: weights.map { .init(overlap: -2 * $0 / divisor, predicted: $0 * bySize) },
            images: images.count)
    }
}
