import MarginCalibration
import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

/// How the objectives depend on each other, and what they are at the corners.
struct ObjectiveRelationTests {
    /// All classes are in the one image.
    private let problem = LossProblem(shape: [1, 3, 4, 5])

    private func difference(_ one: any SegmentationLoss, _ other: any SegmentationLoss) throws -> Double {
        let (logits, labels) = try (problem.logits(), problem.labels())
        let (first, second) = try (one.valueAndGradient(logits, labels), other.valueAndGradient(logits, labels))
        return try max(abs(first.value - second.value), first.gradient.largestDifference(to: second.gradient))
    }

    @Test func specialCasesAreOtherLosses() throws {
        let even = try LDAMLoss(LabelDistribution(counts: [7, 7, 7]), maximum: 0, scale: 1)
        let rows: [(any SegmentationLoss, any SegmentationLoss, Double)] = [
            (FocalLoss(gamma: 0), CrossEntropyLoss(), 0), (FocalLoss(gamma: 0, detached: true), CrossEntropyLoss(), 0),
            (even, CrossEntropyLoss(), 1e-15),
            (try LogitAdjustedLoss(LabelDistribution(counts: [7, 2, 1]), tau: 0), CrossEntropyLoss(), 0),
            (try LogitAdjustedLoss(LabelDistribution(counts: [7, 7, 7]), tau: 3), CrossEntropyLoss(), 1e-15),
            (JaccardLoss(perImage: true), JaccardLoss(), 0),
            (TverskyLoss(fp: 1, fn: 1, smooth: 0), JaccardLoss(perImage: true), 1e-14),
            (TverskyLoss(fp: 1, fn: 1, smooth: 0), JaccardLoss(), 1e-14),
            (TverskyLoss(fp: 0.5, fn: 0.5, smooth: 0), DiceLoss(form: .soft), 1e-5),
            (DiceLoss(form: .generalized), DiceLoss(form: .generalizedSafe), 1e-14),
            (LovaszSoftmaxLoss(perImage: true), LovaszSoftmaxLoss(), 0),
        ]
        for (one, other, tolerance) in rows {
            let found = try difference(one, other)
            #expect(found <= tolerance, "\(one), \(other)")
        }
    }

    @Test func focalFormsDifferInTheGradientOnly() throws {
        let (logits, labels) = try (problem.logits(), problem.labels())
        let lin = try FocalLoss().valueAndGradient(logits, labels)
        let detached = try FocalLoss(detached: true).valueAndGradient(logits, labels)
        #expect(lin.value == detached.value)
        #expect(try lin.gradient.largestDifference(to: detached.gradient) > 1e-3)
    }

    /// At certain predictions, right or wrong, every Jaccard loss is one minus the intersection over union.
    @Test func atTheCornersJaccardIsOneMinusIoU() throws {
        let labels: [Int64] = [0, 0, 0, 0, 1, 1, 2, 2]
        let predicted: [Int64] = [0, 0, 0, 1, 1, 2, 2, 2]
        let scores = try Tensor.range(3).reshaped([1, 3, 1]).equal(Tensor(predicted, shape: [1, 1, 8])).to(.float64) * 1e4
        let expected = 1 - (3.0 / 4 + 1.0 / 3 + 2.0 / 3) / 3
        for loss in [JaccardLoss(), LovaszSoftmaxLoss(), TverskyLoss(fp: 1, fn: 1, smooth: 0)] as [any SegmentationLoss] {
            let value = try loss.value(scores, Tensor(labels, shape: [1, 8]))
            #expect(abs(value - expected) < 1e-12, "\(loss)")
        }
    }

    /// All classes are the background and the others together.
    @Test func diceWithoutTheBackgroundIsTheMeanOfTheOthers() throws {
        let labels: [Int64] = [0, 0, 0, 0, 1, 1, 2, 2]
        let predicted: [Int64] = [0, 0, 0, 1, 1, 2, 2, 2]
        let scores = try Tensor.range(3).reshaped([1, 3, 1]).equal(Tensor(predicted, shape: [1, 1, 8])).to(.float64) * 1e4
        let classes = [1 - 6.0 / 7, 1 - 2.0 / 4, 1 - 4.0 / 5]
        for (background, expected) in [(true, classes.reduce(0, +) / 3), (false, (classes[1] + classes[2]) / 2)] {
            let value = try DiceLoss(background: background).value(scores, Tensor(labels, shape: [1, 8]))
            #expect(abs(value - expected) < 1e-5, "\(background)")
        }
    }

    /// The classes present only: a class that is in no label costs nothing, whatever is predicted.
    @Test func absentClasses() throws {
        let scores = try Tensor([5, 0, 5, 0, -20, -20], shape: [1, 3, 2]).to(.float64)  // pixels (5, 5, −20) and (0, 0, −20)
        let labels = try Tensor([0, 1] as [Int64], shape: [1, 2])
        let two = try scores.narrowed(1, 0..<2)
        for loss in [JaccardLoss(), LovaszSoftmaxLoss(), DiceLoss(form: .generalizedSafe)] as [any SegmentationLoss] {
            let (three, without) = try (loss.value(scores, labels), loss.value(two, labels))
            #expect(abs(three - without) < 1e-7, "\(loss)")
        }
        let swamped = try DiceLoss(form: .generalized).value(scores, labels)
        #expect(swamped < 0.51 && swamped > 0.49)
        let worse = try scores + Tensor([0, 0, 0, 0, 18, 18], shape: [1, 3, 2]).to(.float64)
        #expect(try DiceLoss(form: .generalized).value(worse, labels) > 0.99)
        #expect(try DiceLoss(form: .generalizedSafe).value(worse, labels) < 0.6)
    }

    @Test func jaccardPerImageIsTheMeanOfTheImages() throws {
        let problem = LossProblem(shape: [3, 3, 4], ignoreLabel: 2)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let images = try (0..<3).map { image in
            let row = image..<image + 1
            return try JaccardLoss(ignoreLabel: 2).value(logits.narrowed(0, row), labels.narrowed(0, row))
        }
        let found = try JaccardLoss(perImage: true, ignoreLabel: 2).value(logits, labels)
        #expect(abs(found - images.reduce(0, +) / 3) < 1e-15)
    }

    /// The scores that fit labels drawn by frequency alone are the same for all classes.
    @Test func logitAdjustmentTakesTheFrequenciesOutOfTheScores() throws {
        let labels = try Tensor([0, 0, 0, 0, 0, 0, 1, 1, 1, 2] as [Int64], shape: [1, 10])
        let loss = try LogitAdjustedLoss(LabelDistribution(counts: [600, 300, 100]))
        let (_, gradient) = try loss.valueAndGradient(.zeros([1, 3, 10], dtype: .float64), labels)
        #expect(try gradient.sum([0, 2]).abs().max().item() < 1e-15)
    }

    @Test(
        arguments: [
            (.inverse, [10.0 / 18, 10.0 / 9, 10.0 / 3]), (.effective(beta: 0), [1, 1, 1]),
            (.effective(beta: 0.5), [0.5 / (1 - 0x1p-6), 0.5 / (1 - 0x1p-3), 1]),
        ] as [(ClassWeighting, [Double])])
    func classWeightsByHand(weighting: ClassWeighting, expected: [Double]) throws {
        let found = try weighting.weights(of: LabelDistribution(counts: [6, 3, 1]))
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-15 }, "\(found)")
    }

    /// Up to scale, which cross-entropy does not see.
    @Test func effectiveNumbersTendToInverseFrequencies() throws {
        let distribution = try LabelDistribution(counts: [90_000, 900, 10])
        let inverse = try ClassWeighting.inverse.weights(of: distribution)
        let effective = try ClassWeighting.effective(beta: 1 - 1e-12).weights(of: distribution)
        for (one, other) in zip(effective, inverse) {
            #expect(abs(one / effective[0] - other / inverse[0]) < 1e-4 * other / inverse[0])
        }
    }

    @Test func ldamMarginsByHand() throws {
        let loss = try LDAMLoss(LabelDistribution(counts: [10_000, 625, 16]), maximum: 0.5)
        #expect(zip(loss.margins, [0.1, 0.2, 0.5]).allSatisfy { abs($0 - $1) < 1e-15 })
        #expect(loss.scale == 30)
    }

    @Test func ldamNeedsPixelsOfEveryClass() throws {
        let distribution = try LabelDistribution(counts: [10, 0, 3])
        let remedy =
            "has no pixel: its margin in ldam would be infinite; join the class with another one or take another objective"
        #expect(messageThrown { _ = try LDAMLoss(distribution) } == "class 1 \(remedy)")
        #expect(messageThrown { _ = try LDAMLoss(distribution, classNames: ["a", "b", "c"]) } == "class 1 (b) \(remedy)")
        let loss = try LDAMLoss(LabelDistribution(counts: [10, 5]))
        let message = messageThrown { _ = try loss(logits: .zeros([1, 3, 2]), labels: .zeros([1, 2], dtype: .int64)) }
        #expect(message == "the margins of ldam are for 2 classes, the logits have 3")
    }
}
