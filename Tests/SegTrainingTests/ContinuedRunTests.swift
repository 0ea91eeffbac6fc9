import DurableFiles
import Foundation
import RunTestSupport
import TestSupport
import Testing
import Torch

@testable import Phantoms
@testable import SegConfiguration
@testable import SegInference
@testable import SegTraining

/// Runs that are asked to stop, and go on, within one process; `KilledRunTests` kills the program.
@Suite struct ContinuedRunTests {
    /// Small enough that a run takes a tenth of a second: 4 steps an epoch and one validation case, 2 + 1 epochs.
    static func configuration(_ overrides: [String] = []) throws -> RunConfiguration {
        try TinyRun.configuration(
            [
                "input.fit={resize: [16, 16]}", "network.architecture=unet", "network.features=[8, 8, 8, 8, 8]",
                "training.batch_size=2", "training.augmentation.noise=0.1", "training.stages.0.epochs=2",
            ] + overrides)
    }

    /// Says yes from the n-th question on.
    private static func stopping(after count: Int) -> () -> Bool {
        var asked = 0
        return {
            asked += 1
            return asked > count
        }
    }

    /// Asks to stop after `first` questions, and again after as many as `next`, at least 1, whenever it goes on.
    private static func train(
        _ configuration: RunConfiguration, data: URL, into folder: URL, first: Int, next: Int
    ) throws -> (run: RunFolder, stops: [TrainingPosition]) {
        let dataSet = try configuration.openDataSet(at: data)
        let run = RunFolder(folder)
        var stops: [TrainingPosition] = []
        var outcome = try Trainer(configuration, dataSet: dataSet, folder: run, shouldStop: stopping(after: first)).run()
        while case .stopped(let position) = outcome {
            stops.append(position)
            let saved = try SavedRun(run)
            #expect(saved.position == position)
            outcome = try Trainer(
                continuing: saved, with: configuration, dataSet: dataSet, shouldStop: stopping(after: next)
            ).run()
        }
        return (run, stops)
    }

    private static func files(_ run: RunFolder) throws -> [Data] {
        try [run.best, run.last, run.stage(1, "pretraining")].map { try Data(contentsOf: $0) }
    }

    /// Configurations, and after how many questions each of their runs is asked to stop, first and whenever it goes on.
    static let stops: [(overrides: [String], questions: [(first: Int, next: Int)])] = [
        ([], [(0, 3), (3, 100), (4, 6), (5, 100), (9, 100)]), (["training.stages.0.optimizer=sgd"], [(2, 5)]),
        (["training.steps_per_epoch=3", "training.accumulate=2"], [(2, 5)]),
        (["network.normalization=batch"], [(2, 5)]), (["training.stages.0.patience=1"], [(2, 5)]),
    ]

    @Test(arguments: stops)
    func whereverItStopsItEndsWithTheSameBytes(
        _ row: (overrides: [String], questions: [(first: Int, next: Int)])
    ) throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration(row.overrides)
            let peace = try TinyRun.train(configuration, data: data, into: folder.appending(path: "peace"))
            let expected = try Self.files(peace)
            let lines = try TinyRun.timelessMetrics(of: peace)
            for (first, next) in row.questions {
                let (run, stops) = try Self.train(
                    configuration, data: data, into: folder.appending(path: "\(first)-\(next)"), first: first, next: next)
                let found = try Self.files(run)
                #expect(found == expected, "stopped at \(stops.map(\.words))")
                #expect(!stops.isEmpty)
                let metrics = try TinyRun.timelessMetrics(of: run)
                #expect(metrics == lines, "stopped at \(stops.map(\.words))")
            }
        }
    }

    /// A GPU has the next step before anybody looks at the numbers of the last: the run is the same, stopped or not.
    @Test func stepsAheadChangeNothing() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration(["training.weight_average=0.9", "training.stages.0.clip_norm=1"])
            let dataSet = try configuration.openDataSet(at: data)
            let expected = try Self.files(TinyRun.train(configuration, data: data, into: folder.appending(path: "peace")))
            var resources = TrainingResources()
            resources.stepsAhead = 1
            let run = RunFolder(folder.appending(path: "ahead"))
            var steps: [Int] = []
            func observe(_ event: TrainingEvent) { if case .stepped(let step) = event { steps.append(step.step) } }
            try Trainer(
                configuration, dataSet: dataSet, folder: run, resources: resources, shouldStop: Self.stopping(after: 2),
                observe: observe
            ).run()
            let saved = try SavedRun(run)
            #expect(saved.position.step == 3 && steps == [1, 2, 3], "what was begun is finished and saved")
            try Trainer(
                continuing: saved, with: configuration, dataSet: dataSet, resources: resources, observe: observe
            ).run()
            #expect(try Self.files(run) == expected)
            #expect(steps.prefix(8) == [1, 2, 3, 4, 5, 6, 7, 8])
        }
    }

    @Test func whatFollowedTheCheckpointIsDoneAgain() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration()
            let peace = try TinyRun.train(configuration, data: data, into: folder.appending(path: "peace"))
            // As after a kill between the line of an epoch, its newest checkpoint and its best: the first epoch's checkpoint
            // is there, with the metrics of the whole run, a line cut short, a best from later, and a file half written.
            let run = RunFolder(folder.appending(path: "run"))
            let dataSet = try configuration.openDataSet(at: data)
            let outcome = try Trainer(configuration, dataSet: dataSet, folder: run, shouldStop: { false }) { event in
                guard case .epochFinished(let record) = event, record.stage == 1, record.epoch == 1 else { return }
                try? DurableFile.copy(run.last, to: folder.appending(path: "first.safetensors"))
            }.run()
            #expect(outcome == .finished)
            try DurableFile.copy(folder.appending(path: "first.safetensors"), to: run.last)
            let metrics = try Data(contentsOf: run.metrics)
            try (metrics + Data(#"{"stage": 2, "epo"#.utf8)).write(to: run.metrics)
            try Data("half".utf8).write(to: run.url.appending(path: ".best.safetensors.1-2.part"))
            try FileManager.default.removeItem(at: run.best)

            let saved = try SavedRun(run)
            #expect((saved.position.stage, saved.position.epoch, saved.isFinished) == (1, 1, false))
            var resumedAt: TrainingPosition?
            try Trainer(
                continuing: saved, with: configuration, dataSet: dataSet,
                observe: { event in
                    if case .prepared(let data) = event { resumedAt = data.continuing }
                }
            ).run()
            #expect(resumedAt == saved.position)
            let (expected, found) = try (Self.files(peace), Self.files(run))
            #expect(found == expected)
            let records = try TinyRun.records(of: run)
            #expect(records.map(\.epoch) == [1, 2, 1])
            let names = try TinyRun.names(in: run.url)
            #expect(!names.contains { $0.hasSuffix(".part") })
        }
    }

    @Test func aDamagedCheckpointGivesWayToTheOneBefore() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration()
            let dataSet = try configuration.openDataSet(at: data)
            let peace = try TinyRun.train(configuration, data: data, into: folder.appending(path: "peace"))
            let run = RunFolder(folder.appending(path: "run"))
            try Trainer(configuration, dataSet: dataSet, folder: run, shouldStop: Self.stopping(after: 7)).run()
            // A copy, since both names may stand for one file.
            let whole = try Data(contentsOf: run.last)
            try DurableFile.write(whole.prefix(whole.count / 2), to: run.last)
            try withExtendedLifetime(SavedRun(run)) { saved in
                #expect(saved.damage?.hasPrefix("\(run.last.path) is no sound safetensors file: ") == true)
                try Trainer(continuing: saved, with: configuration, dataSet: dataSet).run()
            }
            let (expected, found) = try (Self.files(peace), Self.files(run))
            #expect(found == expected)

            for file in [run.last, run.previous] { try DurableFile.write("half", to: file) }
            let message = messageThrown { _ = try SavedRun(run) }
            func half(_ file: URL) -> String {
                "\(file.path) is no sound safetensors file: it has 4 bytes, too few for a header"
            }
            let both = "\(run.url.path) cannot go on: \(half(run.last)); and \(half(run.previous)); "
            #expect(
                message == both
                    + "its weights are in \(run.best.path): begin a new run from them with --output and --from \(run.best.path)")
            for file in try FileSystem.list(run.url) where file.pathExtension == "safetensors" {
                try DurableFile.write("half", to: file)
            }
            let nothing = messageThrown { _ = try SavedRun(run) }
            #expect(
                nothing == both
                    + "no weights of it can be read either: train anew with its configuration.yaml and another --output")
        }
    }

    @Test func patienceEndsAStage() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            // At this rate nothing gets better.
            let configuration = try Self.configuration([
                "training.stages=[{name: a, objective: cross_entropy, epochs: 9, learning_rate: 1e-30, patience: 2}]"
            ])
            let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: "run"))
            let records = try TinyRun.records(of: run)
            #expect(records.map(\.isBest) == [true, false, false])
            let saved = try SavedRun(run)
            #expect(saved.isFinished)
        }
    }

    @Test func twoProcessesDoNotTrainInOneFolder() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration()
            let run = RunFolder(folder.appending(path: "run"))
            var message: String?
            try TinyRun.train(configuration, data: data, into: run.url) { event in
                if case .validating = event { message = messageThrown { _ = try SavedRun(run) } }
            }
            #expect(message == "\(run.url.path) is in use: process \(getpid()) is working in it")
        }
    }

    @Test func onlyARunGoesOn() throws {
        try withTemporaryFolder { folder in
            let message = messageThrown { _ = try SavedRun(RunFolder(folder)) }
            #expect(
                message
                    == "\(folder.path) holds no run to go on with: there is no configuration.yaml; begin one with --output")
            try DurableFile.write("", to: RunFolder(folder).configuration)
            try TinyCheckpoint.make(TinyRun.configuration()).write(to: RunFolder(folder).last)
            let weights = messageThrown { _ = try SavedRun(RunFolder(folder)) }
            #expect(
                weights
                    == "\(folder.path) cannot go on: \(folder.path)/last.safetensors cannot be used as a checkpoint: it holds weights "
                    + "without the state of their training; its weights are in \(folder.path)/last.safetensors: begin a new run from "
                    + "them with --output and --from \(folder.path)/last.safetensors")
        }
    }

    /// What is set after the run has come into its first stage, and what is said after the folder's path; nil: it goes on.
    static let changes: [(overrides: [String], asked: [String], says: String?)] = [
        (["data.folder=/elsewhere"], [], nil),
        (["training.save_minutes=3"], ["training.save_minutes"], nil),
        (
            ["training.save_minutes=3"], [],
            " was begun with another training.save_minutes (10, now 3); if that is meant, add --set training.save_minutes=3"
        ),
        (["training.stages.0.epochs=5"], ["training.stages.0.epochs"], nil),
        (["training.stages.0.learning_rate=1", "training.stages.1.name=x"], ["training.stages"], nil),
        (
            ["training.stages.0.epochs=5", "training.stages.1.epochs=7"], ["training.stages.0.epochs"],
            " was begun with another training.stages[1].epochs (1, now 7); if that is meant, add --set training.stages.1.epochs=7"
        ),
        (
            ["training.stages.0.objective=dice"], ["training.stages.0.objective"],
            " cannot go on with another training.stages[0].objective (cross_entropy, now dice); "
                + "begin a new run with --output and --from FOLDER"
        ),
        (
            ["training.seed=2", "network.dropout.4=0.5"], ["training.seed"],
            " cannot go on with another network.dropout[4] (0.3, now 0.5), training.seed (1, now 2); "
                + "begin a new run with --output and --from FOLDER"
        ),
    ]

    @Test func aChangeIsAskedForAndPossibleOrRefused() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration()
            let run = RunFolder(folder.appending(path: "run"))
            try Trainer(
                configuration, dataSet: configuration.openDataSet(at: data), folder: run, shouldStop: { true }
            ).run()
            let saved = try SavedRun(run)
            for row in Self.changes {
                let other = try Self.configuration(row.overrides)
                let message = messageThrown {
                    let changes = try saved.changes(to: other, asked: row.asked.map { $0.split(separator: ".").map(String.init) })
                    #expect(changes.count == row.overrides.count - (row.overrides[0].hasPrefix("data") ? 1 : 0))
                }
                #expect(
                    message == row.says.map { "\(run.url.path)\($0.replacing("FOLDER", with: run.url.path))" }, "\(row.overrides)"
                )
            }
        }
    }

    @Test func anotherLengthIsTakenUp() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            var configuration = try Self.configuration()
            let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: "run"))
            configuration.training.stages[1].epochs = 3
            let dataSet = try configuration.openDataSet(at: data)
            try Trainer(continuing: SavedRun(run), with: configuration, dataSet: dataSet).run()
            let records = try TinyRun.records(of: run)
            #expect(records.map { [$0.stage, $0.epoch] } == [[1, 1], [1, 2], [2, 1], [2, 2], [2, 3]])
            let read = try ConfigurationReader(file: run.configuration).configuration()
            #expect(read == configuration)
        }
    }

    @Test func otherLabelsAreRefused() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            try TinyRun.writeData(to: folder.appending(path: "data"))
            let other = folder.appending(path: "other")
            try CTPhantom(cases: 6, width: 32, height: 32, depth: 2, seed: 6).write(to: other)
            let configuration = try Self.configuration()
            let run = RunFolder(folder.appending(path: "run"))
            try Trainer(
                configuration, dataSet: configuration.openDataSet(at: folder.appending(path: "data")), folder: run,
                shouldStop: { true }
            ).run()
            let saved = try SavedRun(run)
            let message = messageThrown {
                try Trainer(continuing: saved, with: configuration, dataSet: configuration.openDataSet(at: other)).run()
            }
            let pattern =
                /\S+ has other training labels than the run began with: \[\d+, \d+\] pixels of the classes, expected \[\d+, \d+\]/
            #expect(message?.wholeMatch(of: pattern) != nil, "\(message ?? "no error")")
        }
    }
}
