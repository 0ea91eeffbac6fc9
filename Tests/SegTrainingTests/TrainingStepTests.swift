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

@Suite struct TrainingStepTests {
    /// Of four planes, of which two are ignored for the greater part, so that no cut makes batches of equal weight.
    private static let samples: [Sample] = {
        var generator = SeededGenerator(seed: 3)
        let size = GridSize(height: 16, width: 16)
        return (0..<4).map { number in
            let labels = (0..<size.count).map { $0 < [0, 200, 10, 256][number] ? LabelMap.ignored : UInt8($0 % 2) }
            return Sample(
                id: SampleID(caseID: "case", plane: number),
                image: (0..<size.count).map { _ in .random(in: -1...1, using: &generator) }, labels: labels, channels: 1,
                size: size, sourceSize: size)
        }
    }()

    /// The weights and the loss of one step.
    private static func step(_ batches: [[Sample]]) throws -> (weights: [String: Tensor], loss: Double) {
        try TorchLibrary.setThreadCount(1)
        let network = try NetworkConfiguration(
            features: [8, 16, 32, 64, 128], dropout: [0, 0, 0, 0, 0], execution: .composed
        ).makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
        let loss = try LossExpression("cross_entropy").makeLoss(
            LossContext(
                classNames: ["background", "lesion"], distribution: LabelDistribution(counts: [1, 1]),
                ignoreLabel: Int(LabelMap.ignored)))
        let maker = TrainingStep(
            network: network, loss: loss, optimizer: try SGD(network.parameters), dropout: try Generator(seed: 2),
            precision: .float32, memoryFormat: .channelsFirst, clipNorm: 0, device: .cpu)
        let outcome = try maker.take(batches.map(Batch.init), learningRate: 0.1)
        return (network.state(), outcome.loss)
    }

    /// However four samples are cut into batches, their step is that of one batch.
    @Test(arguments: [[2, 2], [3, 1], [1, 1, 1, 1]])
    func batchesAreWeighedByTheirPixels(sizes: [Int]) throws {
        let whole = try Self.step([Self.samples])
        var rest = Self.samples[...]
        let parts = try Self.step(
            sizes.map { size in
                defer { rest = rest.dropFirst(size) }
                return Array(rest.prefix(size))
            })
        #expect(abs(parts.loss - whole.loss) < 1e-6, "\(parts.loss), in one batch \(whole.loss)")
        for (name, tensor) in whole.weights {
            let difference = try tensor.largestDifference(to: try #require(parts.weights[name]))
            #expect(difference < 1e-6, "\(name): \(difference)")
        }
    }

    @Test func whereAllPixelsAreIgnoredTheLossIsZero() throws {
        #expect(try Self.step([[Self.samples[3]], [Self.samples[3]]]).loss == 0)
    }
}
