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

extension Comparison.Method {
    /// The scores of each seed, its groups in one order.
    func picked(_ names: [ScoreName], groupOrder: [String]) -> [PickedScores] {
        evaluations.map { PickedScores(names, of: $0, groupOrder: groupOrder) }
    }
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
