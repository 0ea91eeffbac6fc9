import SegMetrics

/// The worst, the median and the best case of an evaluation by the foreground mIoU, so that nobody picks them by hand.
public struct CaseRanking: Sendable, Hashable {
    public struct Place: Sendable, Hashable {
        public let group: String
        public let id: String
        /// `worst of 52, foreground mIoU 41.0 %`
        public let note: String
    }

    /// From the worst; fewer where there are fewer.
    public let chosen: [Place]

    /// Ranks the cases that have foreground in truth or prediction.
    public init(_ evaluation: Evaluation) {
        let store = evaluation.native.store
        let classes = evaluation.classes
        let ranked = store.cases.compactMap { unit -> (unit: ConfusionStore.Unit, score: Double)? in
            let hasForeground = classes.foregroundClasses.contains { index in
                let scores = ClassScores(of: index, in: unit.matrix)
                return !scores.isEmptyInTruth || !scores.isEmptyInPrediction
            }
            guard hasForeground else { return nil }
            let set = ScoreSet(averaging: [unit.matrix], of: classes, rule: evaluation.native.summary.emptyRule)
            return set.miouForeground.map { (unit, $0) }
        }.sorted { ($0.score, $0.unit.id) < ($1.score, $1.unit.id) }
        let places = [("worst", 0), ("median", ranked.count / 2), ("best", ranked.count - 1)]
        var seen: Set<Int> = []
        chosen = places.filter { ranked.indices.contains($0.1) && seen.insert($0.1).inserted }.map { name, index in
            Place(
                group: ranked[index].unit.group, id: ranked[index].unit.id,
                note: "\(name) of \(ranked.count), \(classes.foregroundWord) mIoU \(ReportNumbers.percent(ranked[index].score)) %"
            )
        }
    }
}
