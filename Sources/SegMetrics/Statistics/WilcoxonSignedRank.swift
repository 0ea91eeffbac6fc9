import Foundation

/// Wilcoxon's signed-rank test: whether paired differences lie symmetrically around 0.
///
/// Differences of 0 are left out and counted (Wilcoxon 1945). Equal sizes share their mean rank. Up to 50 differences the
/// two-sided p-value is exact, ties included: of all 2ⁿ choices of signs, those at least as far out. Beyond, it is the normal
/// approximation with the variance corrected for ties and without a correction for continuity.
public struct WilcoxonSignedRank: Sendable, Hashable, Codable {
    /// How the p-value was found.
    public enum Method: String, Sendable, Hashable, Codable { case exact, normal }

    /// The most differences whose signs are counted out.
    public static let exactLimit = 50

    /// n: differences that are not 0.
    public let count: Int
    /// Differences that are 0.
    public let zeros: Int
    /// W⁺: the sum of the ranks of positive differences.
    public let positiveRankSum: Double
    /// W⁻.
    public let negativeRankSum: Double
    /// Two-sided; 1 where every difference is 0.
    public let pValue: Double
    public let method: Method

    /// The rank-biserial correlation (W⁺ − W⁻) / (W⁺ + W⁻), an effect size from −1 to 1; nil where every difference is 0.
    public var rankBiserial: Double? {
        let sum = positiveRankSum + negativeRankSum
        return sum > 0 ? (positiveRankSum - negativeRankSum) / sum : nil
    }

    enum CodingKeys: String, CodingKey {
        case count, zeros, method
        case positiveRankSum = "positive_rank_sum"
        case negativeRankSum = "negative_rank_sum"
        case pValue = "p_value"
    }

    /// - Precondition: no difference is NaN.
    public init(_ differences: [Double], exactUpTo limit: Int = Self.exactLimit) {
        precondition(differences.allSatisfy { !$0.isNaN }, "differences are numbers")
        let signed = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
        // Ranks are doubled, so that the mean rank of ties is a whole number.
        var doubledRanks: [Int] = []
        var tieCorrection = 0.0
        while doubledRanks.count < signed.count {
            let start = doubledRanks.count
            var end = start + 1
            while end < signed.count, abs(signed[end]) == abs(signed[start]) { end += 1 }
            doubledRanks += Array(repeating: start + end + 1, count: end - start)
            let ties = Double(end - start)
            tieCorrection += ties * ties * ties - ties
        }
        let positive = zip(signed, doubledRanks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
        let all = doubledRanks.reduce(0, +)
        count = signed.count
        zeros = differences.count - signed.count
        positiveRankSum = Double(positive) / 2
        negativeRankSum = Double(all - positive) / 2
        if signed.count <= limit {
            method = .exact
            pValue = Self.exactP(doubledRanks, sum: positive)
        } else {
            method = .normal
            let n = Double(signed.count)
            let variance = (n * (n + 1) * (2 * n + 1) - tieCorrection / 2) / 24
            let z = (Double(positive) / 2 - n * (n + 1) / 4) / variance.squareRoot()
            pValue = erfc(abs(z) / 2.0.squareRoot())
        }
    }

    /// The share of the choices of signs whose positive ranks sum to no less, or to no more; twice the smaller.
    private static func exactP(_ ranks: [Int], sum: Int) -> Double {
        var shares = [Double](repeating: 0, count: ranks.reduce(0, +) + 1)
        shares[0] = 1
        var reach = 0
        for rank in ranks {
            reach += rank
            for value in stride(from: reach, through: 0, by: -1) {
                shares[value] = (shares[value] + (value >= rank ? shares[value - rank] : 0)) / 2
            }
        }
        let (notAbove, notBelow) = (shares[...sum].reduce(0, +), shares[sum...].reduce(0, +))
        return min(1, 2 * min(notAbove, notBelow))
    }
}
