import Foundation
import SegMetrics
import TestSupport
import Testing

struct ComparisonTests {
    static let classNames = ["ground", "lesion"]

    /// Patients of 100 pixels, 20 of the lesion, of which so many are found.
    private func evaluation(_ subject: String, found: [Int], names: [String] = classNames, rule: EmptyRule = .one) -> Evaluation {
        var store = ConfusionStore(classCount: 2)
        for (index, hits) in found.enumerated() {
            store.append(
                group: "p\(index)", case: "p\(index)", image: "p\(index)/0",
                matrix: ConfusionMatrix(rows: [[75, 5], [20 - hits, hits]]))
        }
        return Evaluation(
            program: "test", subject: subject, reference: "test", classes: ScoredClasses(names),
            native: ResolutionScores(store, classes: ScoredClasses(names), rule: rule, bootstrap: Bootstrap(resamples: 10)))
    }

    private func method(_ evaluations: Evaluation...) -> Comparison.Method {
        Comparison.Method(name: evaluations[0].subject, evaluations: evaluations)
    }

    @Test func aMethodsScoresAreThoseOfItsSeeds() throws {
        let (a, b) = (evaluation("a", found: [10, 12, 8, 15, 11, 9]), evaluation("b", found: [12, 15, 12, 16, 16, 15]))
        let bootstrap = Bootstrap(resamples: 200)
        let scores = try method(a, b).scores(["iou:lesion", "miou_all"], by: bootstrap)
        #expect(scores.map(\.score) == ["iou:lesion", "miou_all"])
        #expect(scores[0].values == [65.0 / 150, 86.0 / 150])
        #expect(scores[0].overSeeds.mean.map { abs($0 - 75.5 / 150) < 1e-15 } == true)
        // The interval of one seed is that of its evaluation.
        let single = try method(a).scores(["iou:lesion"], by: bootstrap)[0]
        let expected = a.native.store.estimates(ScoredClasses(Self.classNames), by: bootstrap).first { $0.text == "iou:lesion" }
        #expect(single.interval == expected?.interval && single.interval != nil)
        let interval = try #require(scores[0].interval)
        #expect(interval.low < 75.5 / 150 && 75.5 / 150 < interval.high)
    }

    @Test func anEvaluationCanBeOfAPartOfItsImages() throws {
        let whole = evaluation("a", found: [10, 12, 8])
        let part = try #require(whole.onImages { $0[truth: 1, prediction: 1] >= 10 })
        #expect(part.native.imageCount == 2 && part.native.groupCount == 2)
        #expect(part.native.summary.dataset.iou[1] == 22.0 / 50)
        #expect(whole.onImages { _ in false } == nil)
    }

    @Test func testsWhatDiffers() throws {
        let (a, b) = (evaluation("a", found: [10, 12, 8, 15, 11, 9]), evaluation("b", found: [12, 15, 12, 16, 16, 15]))
        let comparison = try Comparison(
            [method(a), method(b), method(a)], scores: ["iou:lesion", "per_case_recall:lesion"],
            bootstrap: Bootstrap(resamples: 500))
        #expect((comparison.reference, comparison.groupCount, comparison.caseCount) == ("a", 6, 6))
        #expect(comparison.rows.map(\.method) == ["b", "b", "a", "a"])
        let iou = comparison.rows[0]
        // Data set: 65 of 120 + 30 against 86.
        #expect(iou.referenceValue.mean == 65.0 / 150 && iou.methodValue.mean == 86.0 / 150)
        let difference = try #require(iou.difference)
        #expect(abs(difference - 21.0 / 150) < 1e-15)
        let (low, high) = (try #require(iou.low), try #require(iou.high))
        #expect(0 < low && low < difference && difference < high)
        #expect(iou.groups.count == 6 && iou.groups.wilcoxon?.pValue == 0.03125 && iou.groups.rankBiserial == 1)
        let recall = comparison.rows[1]
        // Differences 2, 3, 4, 1, 5, 6 of 20.
        let dz = try #require(recall.groups.cohenDz)
        #expect(abs(dz - 3.5 / 3.5.squareRoot()) < 1e-12)
        // Four tests: two at 0.03125 and two at 1.
        #expect(comparison.rows.map(\.wilcoxonPHolm) == [0.125, 0.125, 1, 1])
        #expect(comparison.rows[2].difference == 0 && comparison.rows[2].bootstrapP == 1)
    }

    @Test func seedsAreAveraged() throws {
        let seeds = [[10, 12, 14], [12, 14, 16]].map { evaluation("a", found: $0) }
        let other = evaluation("b", found: [13, 14, 15])
        let comparison = try Comparison(
            [.init(name: "a", evaluations: seeds), method(other)], scores: ["recall:lesion"],
            bootstrap: Bootstrap(resamples: 50))
        let row = comparison.rows[0]
        #expect(row.referenceValue.count == 2)
        let (mean, deviation) = (try #require(row.referenceValue.mean), try #require(row.referenceValue.deviation))
        #expect(abs(mean - 0.65) < 1e-15 && abs(deviation - 0.1 / 2.0.squareRoot()) < 1e-15)
        let difference = try #require(row.difference)
        #expect(abs(difference - 0.05) < 1e-15)
        #expect(row.groups.count == 3)
    }

    @Test func whatIsNotTheSameIsRefused() {
        let a = evaluation("runs/a", found: [1, 2, 3])
        let rows: [(other: Evaluation, says: String)] = [
            (
                evaluation("runs/b", found: [1, 2]),
                "runs/a and runs/b were not scored on the same cases: 1 case only in runs/a: p2; evaluate both on one set"
            ),
            (
                evaluation("runs/b", found: [1, 2, 3, 4, 5, 6, 7, 8, 9]),
                "runs/a and runs/b were not scored on the same cases: 6 cases only in runs/b: p3, p4, p5, p6, p7 and 1 more; "
                    + "evaluate both on one set"
            ),
            (
                evaluation("runs/b", found: [1, 2, 3], names: ["ground", "organ"]),
                "runs/a has the classes ground, lesion, runs/b has ground, organ; compare models of the same classes"
            ),
            (
                evaluation("runs/b", found: [1, 2, 3], rule: .skip),
                "runs/a counts empty classes by the rule 'one', runs/b by 'skip'; evaluate both by one rule"
            ),
        ]
        for row in rows {
            #expect(messageThrown { _ = try Comparison([method(a), method(row.other)], scores: ["dice_all"]) } == row.says)
        }
        var store = ConfusionStore(classCount: 2)
        for index in 0..<3 {
            store.append(
                group: "p\(index)", case: "p\(index)", image: "0",
                matrix: ConfusionMatrix(rows: [[index == 1 ? 81 : 80, 0], [0, 20]]))
        }
        let other = Evaluation(
            program: "", subject: "runs/b", reference: "", classes: ScoredClasses(Self.classNames),
            native: ResolutionScores(store, classes: ScoredClasses(Self.classNames), bootstrap: Bootstrap(resamples: 1)))
        let message = messageThrown { _ = try Comparison([method(a), method(other)], scores: ["dice_all"]) }
        #expect(message == "runs/a and runs/b were scored against different masks of 1 case: p1; evaluate both on one set")
        let unknown = messageThrown { _ = try Comparison([method(a), method(a)], scores: ["iou"]) }
        #expect(
            unknown == "'iou' is no score; expected for example miou_foreground, dice_all, iou:lesion, per_case_dice:lesion, "
                + "pixel_accuracy")
    }
}
