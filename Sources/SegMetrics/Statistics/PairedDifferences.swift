/// What the differences of paired units say: how large, how certain, how consistent.
public struct PairedDifferences: Sendable, Hashable, Codable {
    /// Units for which both numbers are defined.
    public let count: Int
    /// Units left out because one of the numbers is not defined.
    public let undefined: Int
    /// The mean difference; nil without a unit.
    public let mean: Double?
    /// Cohen's d_z: the mean difference over its sample standard deviation; nil for fewer than two units or without spread.
    public let cohenDz: Double?
    /// The rank-biserial correlation of the differences, from −1 to 1; nil where all are 0.
    public let rankBiserial: Double?
    /// Nil without a unit.
    public let wilcoxon: WilcoxonSignedRank?

    enum CodingKeys: String, CodingKey {
        case count, undefined, mean, wilcoxon
        case cohenDz = "cohen_dz"
        case rankBiserial = "rank_biserial"
    }

    /// - Parameter pairs: a unit's numbers; the difference is the second less the first.
    public init(_ pairs: [(first: Double?, second: Double?)]) {
        let differences = pairs.compactMap { pair in pair.first.flatMap { first in pair.second.map { $0 - first } } }
        let spread = MeanAndDeviation(differences)
        count = differences.count
        undefined = pairs.count - differences.count
        mean = spread.mean
        cohenDz = spread.mean.flatMap { mean in spread.deviation.flatMap { $0 > 0 ? mean / $0 : nil } }
        wilcoxon = differences.isEmpty ? nil : WilcoxonSignedRank(differences)
        rankBiserial = wilcoxon?.rankBiserial
    }
}
