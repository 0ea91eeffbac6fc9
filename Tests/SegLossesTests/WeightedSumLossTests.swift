import SegLosses
import Testing
import Torch
import TorchTestSupport

struct WeightedSumLossTests {
    @Test(arguments: [[1.0, 1], [0.5, 2], [3, 1e-3]], [Int?.none, 255])
    func valuesAndGradientsAddUp(weights: [Double], ignoreLabel: Int?) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4], ignoreLabel: ignoreLabel)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let parts: [any SegmentationLoss] = [
            MarginCalibrationLoss(offsets: try LossRow.offsets([0, 1, 2]), ignoreLabel: ignoreLabel),
            CrossEntropyLoss(ignoreLabel: ignoreLabel),
        ]
        let sum = WeightedSumLoss(zip(weights, parts).map { .init(weight: $0, loss: $1) })
        let (first, second) = try (parts[0].valueAndGradient(logits, labels), parts[1].valueAndGradient(logits, labels))
        let found = try sum.valueAndGradient(logits, labels)
        #expect(abs(found.value - (weights[0] * first.value + weights[1] * second.value)) < 1e-12)
        let expected = first.gradient * weights[0] + second.gradient * weights[1]
        #expect(try found.gradient.largestDifference(to: expected) < 1e-12)
    }

    @Test func oneTermIsScaled() throws {
        let problem = LossProblem.all[0]
        let (logits, labels) = try (problem.logits(), problem.labels())
        let value = try CrossEntropyLoss().value(logits, labels)
        #expect(try WeightedSumLoss([.init(weight: 1, loss: CrossEntropyLoss())]).value(logits, labels) == value)
        #expect(try abs(WeightedSumLoss([.init(weight: 4, loss: CrossEntropyLoss())]).value(logits, labels) - 4 * value) < 1e-12)
    }

    /// Terms that cannot share the kernels' passes: one that no kernel knows, one that refuses nothing but ignores another label.
    @Test func termsThatShareNothingAddUp() throws {
        let problem = LossProblem(shape: [2, 3, 5, 7], ignoreLabel: 2)
        let (logits, labels) = try (problem.logits(dtype: .float32), problem.labels())
        let parts: [any SegmentationLoss] = [
            CrossEntropyLoss(ignoreLabel: 2), MeanScore(), DiceLoss(ignoreLabel: 2), FocalLoss(), JaccardLoss(ignoreLabel: 2),
        ]
        let weights = [1, 0.5, 2, -1, 3]
        let sum = WeightedSumLoss(zip(weights, parts).map { .init(weight: $0, loss: $1) })
        let found = try sum.valueAndGradient(logits, labels)
        var value = 0.0
        var gradient = try Tensor.zeros(problem.shape)
        for (weight, part) in zip(weights, parts) {
            let of = try part.valueAndGradient(logits, labels)
            value += weight * of.value
            gradient = gradient + of.gradient * weight
        }
        #expect(abs(found.value - value) < 1e-5)
        #expect(try found.gradient.largestDifference(to: gradient) < 1e-6)
    }

    @Test func noTermTraps() async {
        await #expect(processExitsWith: .failure) { _ = WeightedSumLoss([]) }
    }
}

/// A loss that no kernel knows.
private struct MeanScore: SegmentationLoss {
    func composed(logits: Tensor, targets: Targets) throws -> Tensor { try logits.mean() }
}
