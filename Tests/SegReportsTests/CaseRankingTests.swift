import SegMetrics
import SegReports
import Testing

struct CaseRankingTests {
    /// Cases of 100 pixels with so many of foreground found of 10; nil for a case without foreground.
    private func evaluation(found: [Int?]) -> Evaluation {
        var store = ConfusionStore(classCount: 2)
        for (index, found) in found.enumerated() {
            let rows = found.map { [[90, 0], [10 - $0, $0]] } ?? [[100, 0], [0, 0]]
            store.append(group: "p\(index)", case: "c\(index)", image: "c\(index)/0", matrix: ConfusionMatrix(rows: rows))
        }
        return Evaluation(
            program: "", subject: "", reference: "", classes: ScoredClasses(["a", "b"]),
            native: ResolutionScores(store, classes: ScoredClasses(["a", "b"]), bootstrap: Bootstrap(resamples: 2)))
    }

    @Test(
        arguments: [
            ([3, 9, nil, 1, 5, 7], ["c3", "c4", "c1"]), ([4, 2], ["c1", "c0"]), ([4], ["c0"]), ([nil, nil], []),
            ([5, 5, 5], ["c0", "c1", "c2"]),
        ] as [([Int?], [String])])
    func choosesWorstMedianAndBest(found: [Int?], expected: [String]) {
        #expect(CaseRanking(evaluation(found: found)).chosen.map(\.id) == expected)
    }

    @Test func saysTheRankAndTheScore() {
        let chosen = CaseRanking(evaluation(found: [3, 9, nil, 1, 5, 7])).chosen
        #expect(chosen.first?.note == "worst of 5, foreground mIoU 10.0 %")
        #expect(chosen.last?.note == "best of 5, foreground mIoU 90.0 %")
        #expect(chosen.first?.group == "p3")
    }
}
