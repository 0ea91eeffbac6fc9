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

    @Test func noTermTraps() async {
        await #expect(processExitsWith: .failure) { _ = WeightedSumLoss([]) }
    }
}
