import MarginCalibration
import SegLosses
import SegModels
import TestSupport
import Testing
import Torch
import TorchNN
import TorchTestSupport

import Randomness
@testable import Sampling
@testable import SegTraining

@Suite struct DeepSupervisionTests {
    /// Two samples of three classes, some of whose pixels are ignored.
    private static func batch(_ size: GridSize) -> Batch {
        var generator = SeededGenerator(seed: 3)
        return Batch(
            (0..<2).map { number in
                Sample(
                    id: SampleID(caseID: "case", plane: number),
                    image: (0..<size.count).map { _ in .random(in: -1...1, using: &generator) },
                    labels: (0..<size.count).map { _ in [0, 1, 2, LabelMap.ignored].randomElement(using: &generator) ?? 0 },
                    channels: 1, size: size, sourceSize: size)
            })
    }

    // MARK: Labels

    /// The label of each pixel of a lower resolution, found for itself: the nearest to its middle, of two the one behind.
    private static func expected(_ batch: Batch, at sizes: [Int], factors: [Int]) -> [UInt8] {
        let lengths = batch.size.lengths
        let below = sizes.reduce(1, *)
        return (0..<batch.count * below).map { index in
            var (rest, place, step) = (index % below, 0, 1)
            for axis in sizes.indices.reversed() {
                let position = rest % sizes[axis] * factors[axis] + factors[axis] / 2
                rest /= sizes[axis]
                guard position < lengths[axis] else { return LabelMap.ignored }
                place += position * step
                step *= lengths[axis]
            }
            return batch.labels[index / below * batch.size.count + place]
        }
    }

    @Test(
        arguments: [
            ([8, 12], [4, 4], [4, 6], [2, 2]), ([8, 12], [4, 4], [2, 3], [4, 4]), ([7, 9], [4, 4], [4, 6], [2, 2]),
            ([7, 9], [8, 8], [2, 4], [4, 4]), ([3, 8, 8], [1, 4, 4], [3, 4, 4], [1, 2, 2]),
            ([5, 8, 6], [2, 4, 8], [3, 8, 4], [2, 1, 2]), ([1, 1, 1], [2, 2, 2], [1, 1, 1], [2, 2, 2]),
        ] as [([Int], [Int], [Int], [Int])])
    func labelsOfALowerResolutionAreTheNearest(lengths: [Int], multiples: [Int], sizes: [Int], factors: [Int]) {
        let batch = Self.batch(GridSize(lengths))
        #expect(
            LabelGrids(labels: batch.labels, size: batch.size).resized(to: sizes, multiples: multiples)
                == Self.expected(batch, at: sizes, factors: factors))
    }

    @Test func labelsAtFullResolutionStay() {
        let batch = Self.batch(GridSize([4, 6, 8]))
        #expect(LabelGrids(labels: batch.labels, size: batch.size).resized(to: [4, 6, 8], multiples: [1, 2, 4]) == batch.labels)
    }

    // MARK: The objective

    private static func loss(_ objective: String) throws -> any SegmentationLoss {
        try LossExpression(objective).makeLoss(
            LossContext(
                classNames: ["background", "organ", "lesion"], distribution: LabelDistribution(counts: [8, 4, 2]),
                ignoreLabel: Int(LabelMap.ignored)))
    }

    static let objectives = ["cross_entropy", "cross_entropy + dice", "jaccard", "0.5 * focal + lovasz", "margin"]

    /// By the kernels where they are, and by tensor operations for heads in double precision.
    @Test(arguments: objectives, [DType.float32, .float64])
    func theObjectiveIsAWeightedSum(_ objective: String, dtype: DType) throws {
        let (batch, loss) = (Self.batch(GridSize([4, 8, 8])), try Self.loss(objective))
        let sizes = [[4, 8, 8], [4, 4, 4], [2, 2, 2]]
        func heads() throws -> [Tensor] {
            try sizes.enumerated().map { index, size in
                let head = try Tensor.random([2, 3] + size, seed: UInt64(index), dtype: dtype)
                try head.setRequiresGradient()
                return head
            }
        }
        let (own, others) = try (heads(), heads())
        let targets = try sizes.map { size in
            try Targets(
                Tensor(
                    LabelGrids(labels: batch.labels, size: batch.size).resized(to: size, multiples: [2, 4, 4]), shape: [2] + size)
            )
        }
        let value = try DeepSupervision(loss)(heads: own, targets: targets)
        try value.backward()
        var sum = 0.0
        for ((head, size), (factors, weight)) in zip(
            zip(others, sizes), [([1, 1, 1], 4.0 / 7), ([1, 2, 2], 2.0 / 7), ([2, 4, 4], 1.0 / 7)])
        {
            let labels = try Tensor(Self.expected(batch, at: size, factors: factors), shape: [2] + size)
            let part = try loss(logits: head, labels: labels)
            try part.backward()
            sum += try weight * part.item()
        }
        #expect(abs(try value.item() - sum) < 1e-6 * max(1, abs(sum)))
        for ((one, two), weight) in zip(zip(own, others), [4.0 / 7, 2.0 / 7, 1.0 / 7]) {
            let (gradient, other) = (try #require(one.gradient), try #require(two.gradient))
            #expect(try gradient.largestDifference(to: other * weight) < 1e-6)
            #expect(try gradient.abs().max().item() > 0)
        }
    }

    // MARK: The step

    /// A step changes the weights by the gradient of the sum over heads; one head has the lowest resolution's weight too.
    @Test(arguments: [2, 3, 4])
    func aStepTrainsEveryHeadButTheLowest(levels: Int) throws {
        try TorchLibrary.setThreadCount(1)
        let network = try NetworkConfiguration(
            architecture: .plainConvUNet, dimensions: 3, features: Array(repeating: 8, count: levels),
            dropout: Array(repeating: 0, count: levels), deepSupervision: true, normalization: .instance
        ).makeNetwork(channels: 1, classes: 3, generator: Generator(seed: 1))
        let before = try network.state().mapValues { try $0.clone() }
        let step = try TrainingStep(
            network: network, loss: try Self.loss("cross_entropy + dice"), optimizer: try SGD(network.parameters, momentum: 0.9),
            dropout: try Generator(seed: 2), precision: .float32, clipNorm: 12)
        let batch = Self.batch(GridSize([8, 16, 15]))
        let outcome = try step.begin([DeviceBatch(batch, for: network, on: .cpu, .channelsFirst)], learningRate: 0.1).outcome()
        #expect(outcome.loss.isFinite && outcome.loss > 0)
        #expect(outcome.confusion.total == batch.labels.count { $0 != LabelMap.ignored }, "pixels of the full resolution")
        for index in 0..<levels - 1 {
            let name = "decoder.seg_layers.\(index).weight"
            let (one, two) = (try #require(before[name]), try #require(network.state()[name]))
            #expect((try one.largestDifference(to: two) > 0) == (index > 0 || levels == 2), "\(name)")
        }
    }
}
