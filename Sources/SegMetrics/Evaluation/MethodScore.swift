/// A score of a method over its seeds, with its uncertainty.
///
/// The deviation is that between seeds; the interval is that of the seeds' mean over other patients or videos, the seeds held.
public struct MethodScore: Sendable, Hashable, Codable {
    /// The score in writing.
    public let score: String
    /// Of each seed; nil where it is not defined.
    public let values: [Double?]
    public let overSeeds: MeanAndDeviation
    /// Nil for fewer than two groups, and where a seed's score is not defined.
    public let interval: Bootstrap.Estimate.Interval?

    enum CodingKeys: String, CodingKey {
        case score, values, interval
        case overSeeds = "over_seeds"
    }
}

extension Comparison.Method {
    /// The method's scores at native resolution.
    ///
    /// - Throws: `ComparisonError` for a name of no score, or unless all seeds were scored on the same cases.
    public func scores(_ scores: [String], by bootstrap: Bootstrap) throws -> [MethodScore] {
        let first = evaluations[0]  // a method has one
        for other in evaluations.dropFirst() { try ComparisonError.requireSame(first, other) }
        let names = try ScoreName.named(scores, rowNames: first.classes.rowNames)
        let seeds = sums(names, groupOrder: first.native.store.groups.map(\.id))
        let estimates = bootstrap.estimates(unitCount: seeds[0].groupCount) { counts in
            let bySeed = seeds.map { $0.scores(counts) }
            return scores.indices.map { meanOverSeeds(bySeed, at: $0) }
        }
        let whole = seeds.map(\.scoresOfAll)
        return scores.indices.map { index in
            let values = whole.map { $0[index] }
            return MethodScore(
                score: scores[index], values: values, overSeeds: MeanAndDeviation(values), interval: estimates[index].interval)
        }
    }
}

extension Evaluation {
    /// The same on a part of the images, such as those whose truth has foreground; nil where none is left.
    ///
    /// Surfaces, calibration and the scores at network size, which are not kept by image, are left out.
    public func onImages(where isCounted: (ConfusionMatrix) -> Bool) -> Evaluation? {
        var store = ConfusionStore(classCount: native.store.classCount)
        for entry in native.store.entries where isCounted(entry.matrix) {
            store.append(group: entry.group, case: entry.caseID, image: entry.imageID, matrix: entry.matrix)
        }
        guard !store.entries.isEmpty else { return nil }
        return Evaluation(
            program: program, subject: subject, reference: reference, classes: classes,
            native: ResolutionScores(
                store, classes: classes, rule: native.summary.emptyRule, bootstrap: native.bootstrap), problems: problems)
    }
}
