import Foundation
import Testing

@testable import SegMetrics

struct ScoreEstimateTests {
    static let classNames = ["ground", "organ", "lesion"]

    /// The sums and the summary are two ways to the same numbers.
    @Test(arguments: [EmptyRule.one, .skip], [1, 2, 3] as [UInt64])
    func theSumsGiveWhatTheSummarySays(rule: EmptyRule, seed: UInt64) {
        let store = RandomStore.make(classCount: 3, seed: seed)
        let summary = MetricSummary(store, classes: ScoredClasses(Self.classNames), rule: rule)
        for estimate in store.estimates(ScoredClasses(Self.classNames), rule: rule, by: Bootstrap(resamples: 2))
        where !Score.ofUnits.contains(estimate.name.score) {
            let expected = summary[estimate.name]
            switch (estimate.value, expected) {
            case (let found?, let expected?): #expect(abs(found - expected) < 1e-12, "\(estimate.text)")
            default: #expect(estimate.value == expected, "\(estimate.text)")
            }
        }
    }

    /// A resample is the evaluation in which its groups stand as often as they were drawn.
    @Test func aSumOfGroupsIsTheirEvaluation() {
        let store = RandomStore.make(classCount: 3, seed: 4)
        let sums = ScoreSums(store, classes: ScoredClasses(Self.classNames), rule: .one)
        let drawn = [3, 0, 3, 5, 1, 1, 1]
        let groups = store.groups.map(\.id)
        var resample = ConfusionStore(classCount: 3)
        for (copy, index) in drawn.enumerated() {
            for entry in store.entries where entry.group == groups[index] {
                resample.append(
                    group: "\(copy)", case: "\(copy) \(entry.caseID)", image: entry.imageID, matrix: entry.matrix)
            }
        }
        let summary = MetricSummary(resample, classes: ScoredClasses(Self.classNames))
        let counts = groups.indices.map { group in drawn.count { $0 == group } }
        let own = ScoreSums(resample, classes: ScoredClasses(Self.classNames), rule: .one).scoresOfAll
        for ((name, found), whole) in zip(zip(sums.names, sums.scores(counts)), own) {
            let expected = Score.ofUnits.contains(name.score) ? whole : summary[name]
            #expect(abs((found ?? -1) - (expected ?? -1)) < 1e-12, "\(name)")
        }
    }

    @Test func intervalsHoldTheirScoresAndAreReproducible() {
        let store = RandomStore.make(classCount: 2, groups: 20, seed: 9)
        let estimates = store.estimates(ScoredClasses(["a", "b"]), by: Bootstrap(resamples: 200, seed: 3))
        for estimate in estimates {
            guard let value = estimate.value, let interval = estimate.interval else { continue }
            #expect(interval.low < value && value < interval.high, "\(estimate.text)")
        }
        #expect(estimates == store.estimates(ScoredClasses(["a", "b"]), by: Bootstrap(resamples: 200, seed: 3)))
        #expect(estimates != store.estimates(ScoredClasses(["a", "b"]), by: Bootstrap(resamples: 200, seed: 4)))
    }

    @Test func roundTripsThroughJSON() throws {
        var store = ConfusionStore(classCount: 2)
        store.append(group: "p", case: "x", image: "x", matrix: ConfusionMatrix(rows: [[3, 1], [0, 0]]))
        let estimates = store.estimates(ScoredClasses(["ground", "lesion"]), by: Bootstrap(resamples: 5))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(
            String(decoding: try encoder.encode(estimates[1]), as: UTF8.self) == """
                {"class":1,"high":null,"level":"dataset","low":null,"name":"iou:lesion","scope":"class","score":"iou",\
                "undefined_resamples":0,"value":0}
                """)
        #expect(try JSONDecoder().decode([ScoreEstimate].self, from: encoder.encode(estimates)) == estimates)
    }
}
