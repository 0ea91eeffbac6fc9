import Foundation
import MarginCalibration

/// How class weights follow from the pixels of each class, for cross-entropy.
///
///     inverse:    w_k = n / (c n_k)
///     effective:  w_k = (1 − β) / (1 − β^{n_k})
///
/// n_k of n training pixels have class k of c. The first makes all classes weigh alike in the data set; the second (Cui et al.
/// 2019: *Class-Balanced Loss Based on Effective Number of Samples*, Eq. 4) tends to it for β → 1, and to equal weights for
/// n_k ≫ 1 / (1 − β), beyond which another pixel of a class is taken to show nothing new.
public enum ClassWeighting: Sendable, Hashable {
    case inverse
    /// - Precondition: 0 ≤ β < 1.
    case effective(beta: Double)

    /// w_k.
    ///
    /// - Parameter classNames: used by errors only; may be shorter than the list of classes.
    /// - Throws: `AbsentClassError` for a class without pixels.
    public func weights(of distribution: LabelDistribution, classNames: [String] = []) throws -> [Double] {
        try AbsentClassError.check(distribution, "weight in cross_entropy", classNames: classNames)
        switch self {
        case .inverse:
            let share = Double(distribution.total) / Double(distribution.classCount)
            return distribution.counts.map { share / Double($0) }
        case .effective(let beta):
            precondition(beta >= 0 && beta < 1, "no effective number for beta = \(beta)")
            // Not 1 − β^n, which keeps no digit where β is nearly 1 and n small.
            return distribution.counts.map { (1 - beta) / -expm1(Double($0) * log(beta)) }
        }
    }
}
