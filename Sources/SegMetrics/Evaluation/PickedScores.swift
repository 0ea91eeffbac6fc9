/// Some scores of an evaluation, as sums over groups in a given order.
struct PickedScores {
    let groups: [[Double]]
    let length: Int
    private let sums: ScoreSums
    private let places: [Int]

    init(_ names: [ScoreName], of evaluation: Evaluation, groupOrder: [String]) {
        let sums = ScoreSums(
            evaluation.native.store, classes: evaluation.classes, rule: evaluation.native.summary.emptyRule)
        let byName = Dictionary(uniqueKeysWithValues: sums.groups.map { ($0.id, $0.sums) })
        groups = groupOrder.compactMap { byName[$0] }
        length = groups.first?.count ?? 0
        places = names.map { name in sums.names.firstIndex(of: name) ?? 0 }  // every name is of these rows
        self.sums = sums
    }

    func scores(_ sum: [Double]) -> [Double?] {
        let all = sums.scores(sum)
        return places.map { all[$0] }
    }
}

/// The scores of several evaluations of the same groups: the sums of all of them are one vector a group, in their order.
extension [PickedScores] {
    /// The vector of each group.
    var units: [[Double]] { (first?.groups ?? []).indices.map { group in flatMap { $0.groups[group] } } }

    /// The scores of each evaluation, from a sum of such vectors.
    func scores(_ sums: [Double]) -> [[Double?]] {
        var start = 0
        return map { picked in
            defer { start += picked.length }
            return picked.scores([Double](sums[start..<start + picked.length]))
        }
    }

    /// The scores of each evaluation over all groups.
    func scoresOfAll() -> [[Double?]] {
        let none = [Double](repeating: 0, count: reduce(0) { $0 + $1.length })
        return scores(units.reduce(none) { zip($0, $1).map(+) })
    }
}

/// The mean of one score over seeds; nil unless every seed defines it, for a mean over fewer would be of other things on each
/// resample.
func meanOverSeeds(_ scores: some Collection<[Double?]>, at index: Int) -> Double? {
    let defined = scores.compactMap { $0[index] }
    return defined.count == scores.count ? mean(defined) : nil
}

extension ScoreName {
    /// Names from their writing.
    ///
    /// - Throws: `ComparisonError` for one that does not exist.
    static func named(_ texts: [String], rowNames: [String]) throws -> [ScoreName] {
        try texts.map { text in
            guard let name = ScoreName(text, rowNames: rowNames) else {
                throw ComparisonError.unknownScore(text, rowNames: rowNames)
            }
            return name
        }
    }
}
