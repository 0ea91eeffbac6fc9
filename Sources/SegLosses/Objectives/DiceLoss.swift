import Foundation

/// Dice losses: one minus the overlap 2|x ∩ y| / (|x| + |y|) of softmax and label, over the whole batch, with class 0 or without.
///
/// With the sums over all pixels of the batch that take part, I_k = Σ p_k y_k, P_k = Σ p_k, Y_k = Σ y_k, and c classes that count:
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
    /// Whether class 0 counts; nnU-Net leaves the background out.
    public let background: Bool
    let ignoreLabel: Int?

    public init(form: Form = .soft, background: Bool = true, ignoreLabel: Int? = nil) {
        self.form = form
        self.background = background
        self.ignoreLabel = ignoreLabel
    }

    var limit: Double? {
        switch form {
        case .soft: nil
        case .generalized: Self.epsilon
        case .generalizedSafe: 0
        }
    }

    private static let epsilon = 1e-5

    func ratio<Number>(of sums: OverlapSums<Number>) -> (errors: Number, size: Number) {
        let sizes = sums.predicted + sums.labelled
        return (sizes - sums.common * 2, form == .soft ? sizes + Self.epsilon : sizes)
    }

    func weights(_ labelled: [[Double]]) -> [[Double]] {
        if !background { return [[0] + weights(ofCounts: Array(labelled[0].dropFirst()))] }
        return [weights(ofCounts: labelled[0])]
    }

    private func weights(ofCounts counts: [Double]) -> [Double] {
        switch form {
        case .soft: return counts.map { _ in 1 / Double(counts.count) }
        case .generalized: return counts.map { 1 / max($0 * $0, Self.epsilon) }
        case .generalizedSafe:
            // Over the smallest class that is present, so that the largest weight is 1: squares of large counts would leave
            // float32's range of exact numbers, and the ratio does not care.
            let smallest = counts.filter { $0 > 0 }.min() ?? 1
            return counts.map { $0 > 0 ? pow(smallest / $0, 2) : 1 }
        }
    }
}
