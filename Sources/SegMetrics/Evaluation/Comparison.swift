/// Whether methods that were scored on the same cases differ: paired by patient or video, several tests corrected together.
///
/// The first method is the reference; each other is compared with it. A difference is other less reference. Its interval and
/// p-value come from resampling the groups, the same groups for both. Wilcoxon's test and the effect sizes are over the groups'
/// own scores: a group's score is what the score would be if the group were the whole set. A method trained with several seeds
/// scores their mean.
public struct Comparison: Sendable, Hashable, Codable {
    /// A method, as one evaluation or one for each of its seeds.
    public struct Method: Sendable {
        public let name: String
        public let evaluations: [Evaluation]

        /// - Precondition: an evaluation or more.
        public init(name: String, evaluations: [Evaluation]) {
            precondition(!evaluations.isEmpty, "a method has an evaluation")
            self.name = name
            self.evaluations = evaluations
        }
    }

    /// One score of one method against the reference.
    public struct Row: Sendable, Hashable, Codable {
        /// The method compared with the reference.
        public let method: String
        /// The score in writing.
        public let score: String
        /// Over the reference's seeds.
        public let referenceValue: MeanAndDeviation
        /// Over the method's seeds.
        public let methodValue: MeanAndDeviation
        /// Method less reference; nil where one is not defined.
        public let difference: Double?
        /// The ends of its interval.
        public let low: Double?
        public let high: Double?
        /// Two-sided, by the paired bootstrap.
        public let bootstrapP: Double?
        /// The same, corrected by Holm's procedure over all rows.
        public fileprivate(set) var bootstrapPHolm: Double?
        /// Of the groups' own scores.
        public let groups: PairedDifferences
        /// Wilcoxon's p-value, corrected by Holm's procedure over all rows.
        public fileprivate(set) var wilcoxonPHolm: Double?

        /// Of the difference.
        package var interval: Bootstrap.Estimate.Interval? { .init(low, high) }

        enum CodingKeys: String, CodingKey {
            case method, score, difference, low, high, groups
            case referenceValue = "reference_value"
            case methodValue = "method_value"
            case bootstrapP = "bootstrap_p"
            case bootstrapPHolm = "bootstrap_p_holm"
            case wilcoxonPHolm = "wilcoxon_p_holm"
        }
    }

    /// The name of the method that the others are compared with.
    public let reference: String
    /// Patients or videos: the units of every test.
    public let groupCount: Int
    public let caseCount: Int
    public let bootstrap: Bootstrap
    /// The methods in their order, each with every score.
    public let rows: [Row]

    enum CodingKeys: String, CodingKey {
        case reference, bootstrap, rows
        case groupCount = "group_count"
        case caseCount = "case_count"
    }

    /// Compares at native resolution.
    ///
    /// - Parameters:
    ///   - methods: the reference first.
    ///   - scores: what to compare, by their names in writing.
    /// - Throws: `ComparisonError` unless all were scored on the same cases, with the same truth, classes and rule.
    /// - Precondition: two methods or more, one score or more.
    public init(_ methods: [Method], scores: [String], bootstrap: Bootstrap = Bootstrap()) throws {
        precondition(methods.count > 1 && !scores.isEmpty, "two methods or more, and a score")
        let first = methods[0].evaluations[0]
        for other in methods.flatMap(\.evaluations).dropFirst() { try ComparisonError.requireSame(first, other) }
        let names = try ScoreName.named(scores, rowNames: first.classes.rowNames)
        let sums = methods.map { $0.sums(names, groupOrder: first.native.store.groups.map(\.id)) }
        var rows = (1..<methods.count).flatMap { index in
            Self.rows(reference: sums[0], method: sums[index], name: methods[index].name, scores: scores, bootstrap: bootstrap)
        }
        let bootstrapP = HolmCorrection.adjust(rows.map(\.bootstrapP))
        let wilcoxonP = HolmCorrection.adjust(rows.map { $0.groups.wilcoxon?.pValue })
        for index in rows.indices {
            (rows[index].bootstrapPHolm, rows[index].wilcoxonPHolm) = (bootstrapP[index], wilcoxonP[index])
        }
        reference = methods[0].name
        groupCount = first.native.groupCount
        caseCount = first.native.caseCount
        self.bootstrap = bootstrap
        self.rows = rows
    }

    private static func rows(
        reference: [ScoreSums], method: [ScoreSums], name: String, scores: [String], bootstrap: Bootstrap
    ) -> [Row] {
        let all = reference + method
        let groupCount = all[0].groupCount
        func pairs(_ counts: [Int]) -> [(Double?, Double?)] {
            let values = all.map { $0.scores(counts) }
            return scores.indices.map {
                (meanOverSeeds(values[..<reference.count], at: $0), meanOverSeeds(values[reference.count...], at: $0))
            }
        }
        let estimates = bootstrap.estimates(unitCount: groupCount) { counts in
            pairs(counts).map { pair in pair.0.flatMap { first in pair.1.map { $0 - first } } }
        }
        let whole = all.map { $0.scoresOfAll }
        let groups = (0..<groupCount).map { pairs(all[0].counts(ofGroup: $0)) }
        return scores.indices.map { index in
            Row(
                method: name, score: scores[index],
                referenceValue: MeanAndDeviation(whole[..<reference.count].map { $0[index] }),
                methodValue: MeanAndDeviation(whole[reference.count...].map { $0[index] }),
                difference: estimates[index].value, low: estimates[index].interval?.low,
                high: estimates[index].interval?.high, bootstrapP: estimates[index].pValue,
                groups: PairedDifferences(groups.map { (first: $0[index].0, second: $0[index].1) }))
        }
    }
}

extension Comparison.Method {
    /// The scores of each seed, its groups in one order.
    func sums(_ names: [ScoreName], groupOrder: [String]) -> [ScoreSums] {
        evaluations.map { evaluation in
            ScoreSums(
                evaluation.native.store, classes: evaluation.classes, rule: evaluation.native.summary.emptyRule, names: names,
                groupOrder: groupOrder)
        }
    }
}
