import Foundation
import SegMetrics
import Testing

struct MetricSummaryTests {
    @Test(arguments: try Golden.metrics())
    func agreesWithTheReference(row: Golden.MetricsRow) throws {
        var matrix = ConfusionMatrix(classCount: row.classes)
        try matrix.add(truth: row.truth, prediction: row.prediction)
        #expect(matrix.rows == row.confusion)
        var store = ConfusionStore(classCount: row.classes)
        store.append(group: "only", case: "only", image: "only", matrix: matrix)
        let summary = MetricSummary(store, classes: ScoredClasses((0..<row.classes).map { "class \($0)" }))
        let scores = summary.dataset
        #expect(summary.pixels == row.truth.count)
        #expect(differ(scores.iou, row.iou) < 1e-12)
        #expect(differ(scores.recall, row.recall) < 1e-12)
        let means = [scores.miouAll, scores.miouForeground, scores.pixelAccuracy]
        #expect(differ(means, [row.miou_all, row.miou_foreground, row.pixel_accuracy]) < 1e-12)
        #expect([summary.perGroupMean, summary.perCaseMean, summary.perImageMean] == [scores, scores, scores])
    }

    /// The largest difference; infinite where one side is undefined and the other is not.
    private func differ(_ found: [Double?], _ expected: [Double?]) -> Double {
        guard found.count == expected.count else { return .infinity }
        return zip(found, expected).map { pair in
            switch pair {
            case (nil, nil): 0
            case (let found?, let expected?): abs(found - expected)
            default: .infinity
            }
        }.max() ?? 0
    }

    /// A quotient with a type: long literal arithmetic inside `#expect` is beyond the type checker.
    private func over(_ part: Double, _ whole: Double) -> Double { part / whole }

    /// Case x: IoU of class 1 is ½ and class 2 is empty in both; case y (two images): 0 and 1; case z has nothing but ignored pixels.
    private func store() -> ConfusionStore {
        var store = ConfusionStore(classCount: 3)
        store.append(group: "x", case: "x", image: "x1", matrix: ConfusionMatrix(rows: [[2, 0, 0], [1, 1, 0], [0, 0, 0]]))
        store.append(group: "y", case: "y", image: "y1", matrix: ConfusionMatrix(rows: [[3, 1, 0], [0, 0, 0], [0, 0, 0]]))
        store.append(group: "y", case: "y", image: "y2", matrix: ConfusionMatrix(rows: [[0, 0, 0], [0, 0, 0], [0, 0, 4]]))
        store.append(group: "z", case: "z", image: "z1", matrix: ConfusionMatrix(classCount: 3))
        return store
    }

    private let names = ["ground", "organ", "lesion"]

    @Test func theDataSetIsOneMatrix() {
        let scores = MetricSummary(store(), classes: ScoredClasses(names)).dataset
        #expect(scores.units == 1 && scores.unitsWithoutPixels == 0)
        #expect(differ(scores.iou, [over(5, 7), over(1, 3), 1]) < 1e-12)
        #expect(scores.miouForeground == over(over(1, 3) + 1, 2))
        #expect(scores.miouAll == over(over(5, 7) + over(1, 3) + 1, 3))
        #expect(scores.dice == [over(10, 12), 0.5, 1])
        #expect(scores.diceForeground == 0.75)
        #expect(scores.recall == [over(5, 6), 0.5, 1])
        #expect(scores.recallForeground == 0.75)
        #expect(scores.pixelAccuracy == over(10, 12))
        #expect(scores.emptyInTruth == [0, 0, 0])
    }

    @Test func caseMeansCountEmptyClassesByTheRule() {
        let one = MetricSummary(store(), classes: ScoredClasses(names)).perCaseMean
        #expect(one.units == 2 && one.unitsWithoutPixels == 1)
        #expect(one.iou == [over(over(2, 3) + 0.75, 2), 0.25, 1])
        #expect(one.miouForeground == 0.625)
        #expect(one.emptyInTruth == [0, 1, 1])
        #expect(one.emptyInPrediction == [0, 0, 1])
        #expect(one.emptyInBoth == [0, 0, 1])
        #expect(one.recall == [0.875, 0.5, 1])
        #expect(one.precision == [over(over(2, 3) + 1, 2), 0.5, 1])
        let skip = MetricSummary(store(), classes: ScoredClasses(names), rule: .skip).perCaseMean
        #expect(skip.iou == one.iou)
        #expect(skip.emptyInBoth == one.emptyInBoth)
    }

    @Test func imageMeansDifferBetweenTheRules() {
        let one = MetricSummary(store(), classes: ScoredClasses(names)).perImageMean
        let skip = MetricSummary(store(), classes: ScoredClasses(names), rule: .skip).perImageMean
        #expect(one.units == 3)
        #expect(one.iou == [over(over(2, 3) + 1.75, 3), 0.5, 1])
        #expect(skip.iou == [over(over(2, 3) + 0.75, 2), 0.25, 1])
        #expect(one.emptyInBoth == [1, 1, 2] && skip.emptyInBoth == [1, 1, 2])
    }

    @Test func whatIsNowhereDefinedIsNil() {
        let empty = MetricSummary(ConfusionStore(classCount: 2), classes: ScoredClasses(["a", "b"]))
        #expect(empty.dataset.iou == [nil, nil])
        #expect(empty.dataset.unitsWithoutPixels == 1)
        for name in MetricName.allCases { #expect(name.value(in: empty) == nil, "\(name)") }
    }

    @Test func everyNameGivesItsValue() {
        let summary = MetricSummary(store(), classes: ScoredClasses(names))
        let values = MetricName.allCases.map { ($0.rawValue, $0.value(in: summary)) }
        let expected: [(String, Double?)] = [
            ("miou_foreground", summary.dataset.miouForeground), ("miou_all", summary.dataset.miouAll),
            ("dice_foreground", summary.dataset.diceForeground), ("dice_all", summary.dataset.diceAll),
            ("recall_foreground", summary.dataset.recallForeground), ("pixel_accuracy", summary.dataset.pixelAccuracy),
            ("per_group_miou_foreground", summary.perGroupMean.miouForeground),
            ("per_group_miou_all", summary.perGroupMean.miouAll),
            ("per_group_dice_foreground", summary.perGroupMean.diceForeground),
            ("per_case_miou_foreground", summary.perCaseMean.miouForeground), ("per_case_miou_all", summary.perCaseMean.miouAll),
            ("per_case_dice_foreground", summary.perCaseMean.diceForeground),
            ("per_image_miou_foreground", summary.perImageMean.miouForeground),
            ("per_image_miou_all", summary.perImageMean.miouAll),
            ("per_image_dice_foreground", summary.perImageMean.diceForeground),
        ]
        #expect(values.map(\.0) == expected.map(\.0))
        #expect(values.map(\.1) == expected.map(\.1))
    }

    @Test func jsonNamesEveryVariantAndKeepsNulls() throws {
        var store = ConfusionStore(classCount: 2)
        store.append(group: "x", case: "x", image: "x", matrix: ConfusionMatrix(rows: [[3, 1], [0, 0]]))
        let summary = MetricSummary(store, classes: ScoredClasses(["ground", "lesion"]))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(summary)
        let scores = """
            {"dice":[\(6.0 / 7),0],"dice_all":\(3.0 / 7),"dice_foreground":0,\
            "empty_in_both":[0,0],"empty_in_prediction":[0,0],"empty_in_truth":[0,1],\
            "iou":[0.75,0],"miou_all":0.375,"miou_foreground":0,"pixel_accuracy":0.75,"precision":[1,0],\
            "precision_all":0.5,"precision_foreground":0,"recall":[0.75,null],"recall_all":0.75,"recall_foreground":null,\
            "specificity":[null,0.75],"specificity_all":0.75,"specificity_foreground":0.75,\
            "units":1,"units_without_pixels":0}
            """
        #expect(
            String(decoding: data, as: UTF8.self) == """
                {"class_names":["ground","lesion"],"dataset":\(scores),"empty_rule":"one","has_background":true,\
                "per_case_mean":\(scores),"per_group_mean":\(scores),"per_image_mean":\(scores),"pixels":4}
                """)
        #expect(try JSONDecoder().decode(MetricSummary.self, from: data) == summary)
    }
}
