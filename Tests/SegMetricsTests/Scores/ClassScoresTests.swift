import SegMetrics
import Testing

struct ClassScoresTests {
    /// TP 2, FP 1, FN 3, TN 4 for class 1.
    @Test func followTheFourCounts() {
        let scores = ClassScores(of: 1, in: ConfusionMatrix(rows: [[4, 1], [3, 2]]))
        #expect(scores.truePositives == 2 && scores.falsePositives == 1)
        #expect(scores.falseNegatives == 3 && scores.trueNegatives == 4)
        #expect(scores.iou(.one) == 2.0 / 6 && scores.iou(.skip) == 2.0 / 6)
        #expect(scores.dice(.one) == 4.0 / 8)
        #expect(scores.recall == 2.0 / 5)
        #expect(scores.precision == 2.0 / 3)
        #expect(scores.specificity == 4.0 / 5)
    }

    @Test func aClassEmptyInBothMapsFollowsTheRule() {
        let scores = ClassScores(of: 2, in: ConfusionMatrix(rows: [[4, 1, 0], [3, 2, 0], [0, 0, 0]]))
        #expect(scores.isEmptyInTruth && scores.isEmptyInPrediction)
        #expect(scores.iou(.one) == 1 && scores.dice(.one) == 1)
        #expect(scores.iou(.skip) == nil && scores.dice(.skip) == nil)
        #expect(scores.recall == nil && scores.precision == nil)
        #expect(scores.specificity == 1)
    }

    @Test func aClassThatIsOnlyPredictedScoresZero() {
        let scores = ClassScores(of: 1, in: ConfusionMatrix(rows: [[4, 1], [0, 0]]))
        #expect(scores.iou(.one) == 0 && scores.iou(.skip) == 0 && scores.dice(.skip) == 0)
        #expect(scores.recall == nil)
        #expect(scores.precision == 0)
    }

    @Test func aClassThatIsEverywhereHasNoSpecificity() {
        #expect(ClassScores(of: 0, in: ConfusionMatrix(rows: [[4, 0], [0, 0]])).specificity == nil)
    }
}
