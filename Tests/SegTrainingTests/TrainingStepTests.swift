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
        let maker = try TrainingStep(
            network: network, loss: loss, optimizer: try SGD(network.parameters), dropout: try Generator(seed: 2),
            precision: .float32, clipNorm: 0)
        let outcome = try maker.begin(
            batches.map { try DeviceBatch(Batch($0), for: network, on: .cpu, .channelsFirst) }, learningRate: 0.1
        ).outcome()
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

    // MARK: Waits

    /// An objective as a GPU has it.
    private struct Composed: SegmentationLoss {
        let loss: any SegmentationLoss

        func composed(logits: Tensor, targets: Targets) throws -> Tensor { try loss.composed(logits: logits, targets: targets) }
    }

    static let objectives = [
        "cross_entropy", "cross_entropy(weights=inverse)", "logit_adjusted", "focal", "ldam", "margin", "margin(form=authors)",
        "margin(form=bound)", "margin(form=bound, over=data)",
        "cross_entropy + dice(background=false)",
        "dice(form=generalized)", "tversky", "jaccard", "jaccard(per_image=true)", "lovasz", "lovasz(per_image=true)", "nr_dice",
        "0.5 * margin + 0.5 * dice",
    ]

    /// Of every network as a GPU runs it, and for every objective: nothing asks for a number or sends one after the first step. (On
    /// the CPU AdamW's kernel reads the counters of steps; on a GPU it takes their addresses.)
    @Test(
        arguments: objectives.map { (NetworkConfiguration.Architecture.plainConvUNet, $0) }
            + [(.coplenet, "cross_entropy"), (.unet, "cross_entropy"), (.residualEncoderUNet, "cross_entropy")])
    func aStepWaitsForNothing(_ architecture: NetworkConfiguration.Architecture, _ objective: String) throws {
        try TorchLibrary.setThreadCount(1)
        let levels = architecture == .coplenet ? 5 : 3
        let network = try NetworkConfiguration(
            architecture: architecture, features: (0..<levels).map { 8 << $0 },
            dropout: Array(repeating: 0.1, count: levels), deepSupervision: architecture == .plainConvUNet,
            normalization: .instance, execution: .composed
        ).makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
        let loss = try LossExpression(objective).makeLoss(
            LossContext(
                classNames: ["background", "lesion"], distribution: LabelDistribution(counts: [9, 1]),
                ignoreLabel: Int(LabelMap.ignored)))
        let maker = try TrainingStep(
            network: network, loss: Composed(loss: loss), optimizer: try SGD(network.parameters, momentum: 0.9),
            dropout: try Generator(seed: 2), precision: .float32, clipNorm: 12)
        let batch = try DeviceBatch(Batch(Array(Self.samples.prefix(3))), for: network, on: .cpu, .channelsFirst)
        var steps: [StepUnderWay] = []
        func step() throws { steps.append(try maker.begin([batch, batch], learningRate: 0.01)) }
        try step()
        let counts = try Transfers.counted { try step() }
        #expect(counts == Transfers(waits: 0, uploads: 0))
        let losses = try steps.map { try $0.outcome().loss }
        #expect(losses.allSatisfy { $0.isFinite } && losses[0] != losses[1])
    }

    @Test func whereAllPixelsAreIgnoredTheLossIsZero() throws {
        #expect(try Self.step([[Self.samples[3]], [Self.samples[3]]]).loss == 0)
    }
}
