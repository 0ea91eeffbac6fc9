import Foundation
import RunTestSupport
import SegModels
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import SegInference
@testable import SegTraining

/// Precision, layout, accumulation, clipping, averages and objectives that remember: each gives the same bytes again, stopped or not.
@Suite struct TrainingModesTests {
    static let modes = [
        "training.precision=float16", "training.precision=bfloat16", "training.memory_format=channels_last",
        "training.accumulate=3",
        "training.weight_average=0.99", "training.stages.0.clip_norm=0.1",
        "training.stages.0.objective=margin(form=bound, sum=0, over=data)",
    ]

    /// Alone, and all together; the last is what they are compared with.
    static let rows = modes.map { [$0] } + [modes]

    @Test(arguments: rows)
    func theSameSeedGivesTheSameBytes(_ overrides: [String]) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try ContinuedRunTests.configuration(overrides)
            func files(_ run: RunFolder) throws -> [Data] { try [run.best, run.last].map { try Data(contentsOf: $0) } }
            let first = try TinyRun.train(configuration, data: data, into: folder.appending(path: "a"))
            let threaded = try TinyRun.train(configuration, data: data, into: folder.appending(path: "b"), workers: 3)
            let (expected, again) = try (files(first), files(threaded))
            #expect(expected == again)

            var asked = 0
            let dataSet = try configuration.openDataSet(at: data)
            let run = RunFolder(folder.appending(path: "c"))
            let outcome = try Trainer(
                configuration, dataSet: dataSet, folder: run,
                shouldStop: {
                    asked += 1
                    return asked > 2
                }
            ).run()
            #expect(outcome != .finished)
            try Trainer(continuing: SavedRun(run), with: configuration, dataSet: dataSet).run()
            let continued = try files(run)
            #expect(continued == expected)
            let (peace, resumed) = try (TinyRun.timelessMetrics(of: first), TinyRun.timelessMetrics(of: run))
            #expect(peace == resumed)

            let plain = try TinyRun.train(ContinuedRunTests.configuration(), data: data, into: folder.appending(path: "plain"))
            let (one, other) = try (Checkpoint(contentsOf: first.last), Checkpoint(contentsOf: plain.last))
            let name = "out_conv.weight"
            let (found, usual) = (try #require(one.weights[name]), try #require(other.weights[name]))
            let difference = try found.largestDifference(to: usual)
            // The layout may change no bit.
            #expect(difference > 0 || overrides == ["training.layout=channels_last"], "the mode does something")
            // Validation sees the weights that are kept.
            #expect(one.manifest.validation == (try TinyRun.records(of: first)).last?.validation)
        }
    }

    /// Kernels and libtorch's operations train alike, and the run says which it was.
    @Test func executionsTrainAlike() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let runs = try Execution.allCases.map { execution in
                // Dropout draws other masks, and Adam would make much of the last bits of gradients near 0.
                let configuration = try ContinuedRunTests.configuration(
                    [
                        "network.execution=\(execution)", "network.features=[16, 16, 16, 16, 16]",
                        "network.dropout=[0, 0, 0, 0, 0]",
                        "training.stages=[{name: a, objective: cross_entropy, epochs: 2, optimizer: sgd, learning_rate: 0.01}]",
                    ])
                let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: execution.rawValue))
                let facts = try decoder.decode(RunFacts.self, from: Data(contentsOf: run.facts))
                #expect(facts.sessions.map(\.execution) == [execution])
                #expect(try Checkpoint.manifest(of: run.last).configuration.network.execution == execution)
                return run
            }
            let losses = try runs.map { try TinyRun.records(of: $0).map(\.trainingLoss) }
            for (fused, composed) in zip(losses[0], losses[1]) { #expect(abs(fused - composed) < 1e-5 * composed) }
            #expect(losses[0] != losses[1], "the kernels round in another order")
        }
    }

    /// Two batches of 2 make the step of one batch of 4, where nothing depends on the batch.
    @Test func accumulatedBatchesMakeOneStep() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            func weights(_ overrides: [String], _ name: String) throws -> (tensors: [String: Tensor], steps: Int) {
                var steps = 0
                // Adam would make much of the last bits of gradients near 0.
                let configuration = try ContinuedRunTests.configuration(
                    [
                        "training.augmentation.noise=0", "network.dropout=[0, 0, 0, 0, 0]",
                        "training.stages=[{name: a, objective: cross_entropy, epochs: 2, optimizer: sgd, learning_rate: 0.01}]",
                    ] + overrides
                )
                let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: name)) {
                    if case .stepped = $0 { steps += 1 }
                }
                return (try Checkpoint(contentsOf: run.last).weights, steps)
            }
            let halves = try weights(["training.batch_size=2", "training.accumulate=2"], "halves")
            let whole = try weights(["training.batch_size=4"], "whole")
            #expect(halves.steps == 4 && whole.steps == 4, "two epochs of two steps")
            for (name, tensor) in whole.tensors {
                let other = try #require(halves.tensors[name])
                let difference = try tensor.largestDifference(to: other)
                #expect(difference < 1e-4, "\(name)")
            }
        }
    }
}
