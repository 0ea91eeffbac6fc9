import MarginCalibration
import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

struct LossEvaluationTests {
    private let problem = LossProblem(shape: [2, 3, 2, 4], ignoreLabel: 255)

    private func evaluate(_ text: String, ignoreLabel: Int? = 255, counts: [Int]? = nil, scale: Double = 1) throws
        -> LossEvaluation
    {
        try LossEvaluation(
            LossExpression(text), logits: problem.logits() * scale, labels: problem.labels(), ignoreLabel: ignoreLabel,
            counts: counts)
    }

    @Test func valueAndGradientAreTheLosses() throws {
        let found = try evaluate("dice+0.5*focal")
        let loss = WeightedSumLoss([
            .init(weight: 1, loss: DiceLoss(ignoreLabel: 255)), .init(weight: 0.5, loss: FocalLoss(ignoreLabel: 255)),
        ])
        let expected = try loss.valueAndGradient(problem.logits(), problem.labels())
        #expect(found.value == expected.value)
        #expect(try found.gradient.bytes() == expected.gradient.bytes())
        #expect(found.pixelCount == 11 && found.ignoredCount == 5)
        #expect(found.marginOffsets.isEmpty)
    }

    @Test func labelsAreCountedUnlessCountsAreGiven() throws {
        let values = problem.labelValues
        let counted = (0..<3).map { label in values.filter { $0 == label }.count }
        let found = try evaluate("margin")
        #expect(found.distribution.counts == counted)
        let given = try evaluate("margin", counts: [900, 90, 10])
        #expect(given.marginOffsets == [try MarginOffsets(LabelDistribution(counts: [900, 90, 10]))])
    }

    @Test(
        arguments: [
            ("cross_entropy", 255, [1, 2], 1, "the counts are for 2 classes, the logits have 3"),
            ("cross_entropy", 255, [1, -2, 3], 1, "class number 1 (counted from 0) has -2 pixels: a count is 0 or more"),
            ("cross_entropy", nil, nil, 1, "5 labels lie outside the classes 0 to 2, first 255 at [0, 0, 1]; map or ignore them"),
            ("cross_entropy", 255, nil, .infinity, "the loss is nan: 33 logits of pixels that take part are not finite"),
            ("dise", 255, nil, 1, nil),
        ] as [(String, Int?, [Int]?, Double, String?)])
    func mistakes(text: String, ignoreLabel: Int?, counts: [Int]?, scale: Double, expected: String?) throws {
        let message = try #require(
            messageThrown { _ = try evaluate(text, ignoreLabel: ignoreLabel, counts: counts, scale: scale) })
        if let expected { #expect(message == expected) }
    }
}
