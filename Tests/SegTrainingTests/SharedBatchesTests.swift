import Foundation
import MarginCalibration
import Randomness
import SegLosses
import SegModels
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import Sampling
@testable import SegTraining

/// Two processes of the same batches, here threads with a group each, against one.
@Suite(.serialized) struct SharedBatchesTests {
    /// What ten steps leave.
    private struct Steps: @unchecked Sendable {
        /// By name, after the first step.
        var gradients: [String: Tensor] = [:]
        var losses: [Double] = []
        var counts: [[[Int]]] = []
    }

    /// Batches of four planes, of which some pixels are ignored, so that the parts have other weights.
    private static let batches: [[Sample]] = {
        var generator = SeededGenerator(seed: 5)
        let size = GridSize(height: 16, width: 16)
        return (0..<10).map { step in
            (0..<4).map { number in
                let labels = (0..<size.count).map {
                    $0 < [0, 100, 10, 60][number] ? LabelMap.ignored : UInt8($0 / 7 % 11 == step ? 2 : $0 % 2)
                }
                return Sample(
                    id: SampleID(caseID: "case", plane: number),
                    image: (0..<size.count).map { _ in .random(in: -1...1, using: &generator) }, labels: labels, channels: 1,
                    size: size, sourceSize: size)
            }
        }
    }()

    private static func steps(
        _ objective: String, _ execution: Execution, cut: Int = 1, with processes: TrainingProcesses?
    ) throws -> Steps {
        let network = try NetworkConfiguration(
            features: [8, 16, 32, 64, 128], dropout: [0.2, 0, 0.3, 0, 0.5], execution: execution
        ).makeNetwork(channels: 1, classes: 3, generator: Generator(seed: 1))
        let loss = try LossExpression(objective).makeLoss(
            LossContext(
                classNames: ["background", "lung", "lesion"], distribution: LabelDistribution(counts: [500, 400, 90]),
                ignoreLabel: Int(LabelMap.ignored)))
        let shared = try processes.map { try SharedBatches(network.parameters, for: loss, among: $0) }
        let maker = try TrainingStep(
            network: network, loss: loss, optimizer: try SGD(network.parameters), dropout: try Generator(seed: 2),
            precision: .float32, clipNorm: 1, shared: shared)
        var steps = Steps()
        for (number, samples) in batches.enumerated() {
            let size = samples.count / cut
            let batches = try (0..<cut).map { index in
                let batch = Array(samples[index * size..<(index + 1) * size])
                let half = batch.count / (processes?.count ?? 1)
                let first = (processes?.place.rank ?? 0) * half
                return try DeviceBatch(
                    Batch(Array(batch[first..<first + half])), for: network, on: .cpu, .channelsFirst, shared: shared)
            }
            let outcome = try maker.begin(batches, learningRate: 0.001).outcome()
            steps.losses.append(outcome.loss)
            steps.counts.append(outcome.confusion.rows)
            guard number == 0 else { continue }
            for entry in network.namedState() where entry.isParameter {
                steps.gradients[entry.name] = try entry.tensor.gradient?.clone()
            }
        }
        return steps
    }

    /// What two processes make of it, by rank.
    private static func together<Result: Sendable>(
        _ body: @escaping @Sendable (TrainingProcesses) throws -> Result
    ) throws -> [Result] {
        let port = UInt16.random(in: 20_000...29_999)
        return try inThreads(2) { rank in
            let processes = try TrainingProcesses(
                ProcessPlace(
                    rank: rank, count: 2, localRank: rank, localCount: 2, address: "127.0.0.1", port: port,
                    isServedByLauncher: false, attempt: 0, interface: nil), timeout: 20)
            let result = try body(processes)
            try processes.finish()
            return result
        }
    }

    private func expectSame(_ found: Steps, _ expected: Steps, _ what: String) throws {
        var (difference, norm) = (0.0, 0.0)
        #expect(Set(found.gradients.keys) == Set(expected.gradients.keys))
        for (name, gradient) in expected.gradients {
            let other = try #require(found.gradients[name])
            let change = other - gradient
            difference += try (change * change).sum().item()
            norm += try (gradient * gradient).sum().item()
        }
        #expect(norm > 0)
        #expect((difference / norm).squareRoot() < 1e-6, "\(what): gradients differ by \((difference / norm).squareRoot())")
        for (step, (value, other)) in zip(found.losses, expected.losses).enumerated() {
            #expect(abs(value - other) < 1e-5 * max(1, abs(other)), "\(what), step \(step + 1): \(value), alone \(other)")
        }
        #expect(found.counts[0] == expected.counts[0])
    }

    /// Whatever the objective is, it and its gradient are those of the whole batch.
    @Test func everyObjectiveIsThatOfTheWholeBatch() throws {
        try TorchLibrary.setThreadCount(1)
        let objectives = TrainingStepTests.objectives
        let found = try Self.together { processes in
            try objectives.map { try Self.steps($0, .fused, with: processes) }
        }
        for (index, objective) in objectives.enumerated() {
            let alone = try Self.steps(objective, .fused, with: nil)
            for (rank, steps) in found.enumerated() { try expectSame(steps[index], alone, "\(objective), process \(rank)") }
            #expect(found[0][index].losses == found[1][index].losses, "both see the same numbers")
        }
    }

    /// Batches cut into several that a step takes one after another, and libtorch's dropout.
    @Test func accumulatedBatchesToo() throws {
        try TorchLibrary.setThreadCount(1)
        let found = try Self.together { try Self.steps("lovasz", .composed, cut: 2, with: $0) }
        let alone = try Self.steps("lovasz", .composed, cut: 2, with: nil)
        for steps in found { try expectSame(steps, alone, "lovasz") }
    }

    @Test func valuesComeFromAll() throws {
        let found = try Self.together { processes in
            let rank = processes.place.rank
            let files = try processes.share(rank == 0 ? [("a", Data([1, 2])), ("b", Data())] : [])
            return (
                try processes.gather(["rank \(rank)"] + Array(repeating: "x", count: rank * 1000)).map(\.count),
                try processes.any(rank == 1), try processes.any(false), files.map(\.name), files.map(\.content)
            )
        }
        for (counts, any, none, names, contents) in found {
            #expect(counts == [1, 1001])
            #expect(any)
            #expect(!none)
            #expect(names == ["a", "b"])
            #expect(contents == [Data([1, 2]), Data()])
        }
    }
}
