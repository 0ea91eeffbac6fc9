import MarginCalibration
import Randomness
import SegLosses
import SegModels
import TestSupport
import Testing
@testable import Torch
import TorchNN
import TorchTestSupport

@testable import Sampling
@testable import SegTraining

/// Steps that a device repeats as it recorded them, with the CPU in its place: it makes the same calls again, on the same tensors.
struct RepeatedStepsTests {
    /// Keeps a word of every recording.
    private final class Recorder {
        var recordings = 0
        var reasons: [String] = []
        var transfers: [Transfers] = []
        var failure: (any Error)?

        func record(_ work: @escaping () throws -> StepNumbers) throws -> () throws -> StepNumbers {
            if let failure { throw failure }
            recordings += 1
            return {
                var numbers: StepNumbers?
                self.transfers.append(try Transfers.counted { numbers = try work() })
                return try #require(numbers)
            }
        }

        var steps: RepeatedSteps { RepeatedSteps({ try self.record($0) }, tell: { self.reasons.append($0) }) }
    }

    private struct Failure: Error, CustomStringConvertible {
        var description: String { "no room" }
    }

    /// Of planes with labels of their own; `ignored` of 256 pixels are ignored.
    private static func batch(_ seed: UInt64, planes: Int = 2, ignored: Int = 20, factor: Float = 1) -> Batch {
        var generator = SeededGenerator(seed: seed)
        let size = GridSize(height: 16, width: 16)
        return Batch(
            (0..<planes).map { number in
                Sample(
                    id: SampleID(caseID: "case", plane: number),
                    image: (0..<size.count).map { _ in factor * .random(in: -1...1, using: &generator) },
                    labels: (0..<size.count).map { $0 < ignored ? LabelMap.ignored : UInt8.random(in: 0...1, using: &generator) },
                    channels: 1, size: size, sourceSize: size)
            })
    }

    /// A training's losses, counts of pixels and weights.
    private struct Course: Equatable {
        var losses: [Double] = []
        var pixels: [[Int]] = []
        var weights: [[UInt8]] = []
    }

    private func train(
        _ batches: [[Batch]], _ objective: String = "cross_entropy", adaptive: Bool = true, scale: LossScale? = nil,
        by recorder: Recorder?
    ) throws -> Course {
        try TorchLibrary.setThreadCount(1)
        let network = try NetworkConfiguration(
            architecture: .plainConvUNet, features: [8, 16, 32], dropout: [0, 0.1, 0.2], deepSupervision: true,
            normalization: .instance, execution: .composed
        ).makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
        let loss = try LossExpression(objective).makeLoss(
            LossContext(
                classNames: ["background", "lesion"], distribution: LabelDistribution(counts: [9, 1]),
                ignoreLabel: Int(LabelMap.ignored)))
        let optimizer: any Optimizer =
            try adaptive ? AdamW(network.parameters) : SGD(network.parameters, momentum: 0.9, nesterov: true)
        let step = try TrainingStep(
            network: network, loss: loss, optimizer: optimizer, dropout: try Generator(seed: 2), precision: .float32,
            clipNorm: 12, scale: scale, repeating: recorder?.steps)
        var course = Course()
        for (number, batches) in batches.enumerated() {
            let under = try step.begin(
                batches.map { try DeviceBatch($0, for: network, on: .cpu, .channelsFirst) },
                learningRate: 1 / Double(256 << (number % 3)))
            let outcome = try under.outcome()
            course.losses.append(outcome.loss)
            course.pixels.append(outcome.confusion.rows.flatMap { $0 })
        }
        course.weights = try network.state().sorted { $0.key < $1.key }.map { try $0.value.bytes() }
        return course
    }

    /// Each step is what it is call by call, to the last bit: of batches that differ, of another shape between them, and of one whose
    /// pixels are all ignored.
    @Test(arguments: [
        ("cross_entropy", true), ("margin", false), ("dice(form=generalized_safe) + focal", true),
        ("jaccard(per_image=true)", true),
        ("cross_entropy(weights=inverse)", false),
    ])
    func stepsAreTheSame(_ objective: String, adaptive: Bool) throws {
        var batches = (0..<9).map { [Self.batch(UInt64($0), ignored: 10 * $0)] }
        batches.insert([Self.batch(100, planes: 1)], at: 5)
        batches.insert([Self.batch(101, ignored: 256)], at: 7)
        let recorder = Recorder()
        let repeated = try train(batches, objective, adaptive: adaptive, by: recorder)
        #expect(try repeated == train(batches, objective, adaptive: adaptive, by: nil))
        #expect(recorder.recordings == 1 && recorder.reasons.isEmpty)
        // Of eleven all but the three before, the one of another shape and, where the objective has nothing to divide by, the one without
        // labels.
        #expect(recorder.transfers.count == (objective == "margin" ? 7 : 6))
        // The CPU's steps read the rate, and AdamW's the counters.
        #expect(recorder.transfers.allSatisfy { $0.uploads == 0 })
        if !adaptive { #expect(recorder.transfers.allSatisfy { $0.waits == 1 }) }
    }

    @Test func theScaleOfTheLossGoesAlong() throws {
        let batches = (0..<7).map { [Self.batch(UInt64($0))] }
        let recorder = Recorder()
        #expect(try train(batches, scale: LossScale(), by: recorder) == train(batches, scale: LossScale(), by: nil))
        #expect(recorder.recordings == 1)
    }

    /// A step that is lost is found as always, and changes nothing.
    @Test(arguments: [2, 5]) func aLostStepIsFound(_ place: Int) throws {
        var batches = (0..<7).map { [Self.batch(UInt64($0))] }
        batches[place] = [Self.batch(9, factor: .infinity)]
        let error = #expect(throws: NumberNotFinite.self) { try train(batches, by: Recorder()) }
        #expect(error?.batches == batches[place])
    }

    /// Labels that give a weighted objective nothing, and memory that other work needs.
    @Test func whatIsRepeatedGoesOnOrIsReleased() throws {
        let batches = (0..<7).map { [Self.batch(UInt64($0), ignored: $0 == 5 ? 256 : 20)] }
        let recorder = Recorder()
        let objective = "cross_entropy(weights=[0, 1])"
        #expect(try train(batches, objective, by: recorder) == train(batches, objective, by: nil))
        #expect(recorder.recordings == 1 && recorder.reasons.isEmpty && recorder.transfers.count == 3)
        let steps = Recorder().steps
        #expect(!steps.release("nothing is repeated"))
    }

    /// A device that fails while it records may compute nothing right any more.
    @Test func aDeviceThatFailsEndsTheRun() throws {
        let recorder = Recorder()
        recorder.failure = TorchError(kind: .device, operation: "graph", arguments: [], message: "lost")
        let error = #expect(throws: TrainingError.self) {
            try train((0..<6).map { [Self.batch(UInt64($0))] }, by: recorder)
        }
        #expect(error?.description.contains("graph: lost; go on with training.step_graph=never") == true)
    }

    /// Each with the reason.
    @Test func whatCannotBeRepeatedIsMadeCallByCall() throws {
        let (one, several) = ((0..<6).map { [Self.batch(UInt64($0))] }, (0..<6).map { [Self.batch(UInt64($0)), Self.batch(77)] })
        let (lovasz, pair, failing) = (Recorder(), Recorder(), Recorder())
        failing.failure = Failure()
        #expect(try train(one, "cross_entropy + lovasz", by: lovasz) == train(one, "cross_entropy + lovasz", by: nil))
        #expect(try train(several, by: pair) == train(several, by: nil))
        #expect(try train(one, by: failing) == train(one, by: nil))
        #expect(lovasz.reasons == ["libtorch's operations compute the objective, or a part of it"])
        #expect(pair.reasons == ["gradients of several batches make a step"])
        #expect(failing.reasons == ["no room"])
        #expect([lovasz, pair, failing].allSatisfy { $0.recordings == 0 && $0.transfers.isEmpty })
    }
}
