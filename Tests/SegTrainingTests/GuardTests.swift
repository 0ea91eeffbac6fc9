import DurableFiles
import Foundation
import RunTestSupport
import SegMetrics
import TestSupport
import Testing
import Torch

@testable import Sampling
@testable import SegInference
@testable import SegTraining

/// What a run does when numbers, files or the network itself go wrong.
@Suite struct GuardTests {
    @Test func theBatchOfABadNumberIsKept() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let run = RunFolder(folder.appending(path: "run"))
            let configuration = try TinyRun.configuration(["training.stages.0.learning_rate=1e30"])
            let message = messageThrown { try TinyRun.train(configuration, data: data, into: run.url) }
            #expect(message?.contains(", which are in \(run.failedBatch.path); ") == true, "\(message ?? "none")")
            let batch = try Safetensors(contentsOf: run.failedBatch)
            #expect(batch.tensors["images"]?.shape == [4, 1, 32, 32])
            #expect(batch.tensors["labels"]?.shape == [4, 32, 32])
            struct Sample: Decodable {
                let sample: String
                let images: [String]
                let labels: [String]
            }
            let samples = try JSONDecoder().decode([Sample].self, from: Data(try #require(batch.metadata["samples"]).utf8))
            #expect(samples.count == 4)
            for sample in samples {
                let name = try #require(sample.sample.split(separator: " ").first)
                #expect(sample.images == [data.appending(path: "images/\(name).nii.gz").path])
                #expect(sample.labels == [data.appending(path: "labels/\(name).nii.gz").path])
            }
            // What there is goes on, with a rate that can.
            let saved = try SavedRun(run)
            #expect(saved.position == TrainingPosition(stage: 1))
        }
    }

    /// Also where the next step is under way when its number is looked at: the weights stay the last good ones.
    @Test(arguments: [0, 1])
    func aBadNumberChangesNoWeights(stepsAhead: Int) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let run = RunFolder(folder.appending(path: "run"))
            let configuration = try ContinuedRunTests.configuration(["training.stages.0.learning_rate=1e30"])
            var resources = TrainingResources()
            resources.stepsAhead = stepsAhead
            var steps = 0
            let message = messageThrown {
                try Trainer(
                    configuration, dataSet: configuration.openDataSet(at: data), folder: run, resources: resources,
                    observe: { if case .stepped = $0 { steps += 1 } }
                ).run()
            }
            #expect(message?.contains("stage 'pretraining', epoch 1, step \(steps + 1)") == true, "\(message ?? "none")")
        }
    }

    @Test func weightsBeyondMeasureAreNotSaved() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let run = RunFolder(folder.appending(path: "run"))
            let configuration = try TinyRun.configuration([
                "training.stages.0.learning_rate=1e30", "training.save_minutes=0",
            ])
            let message = messageThrown { try TinyRun.train(configuration, data: data, into: run.url) }
            #expect(
                message?.hasPrefix("the weights are not finite after stage 'pretraining', epoch 1, step 1; ") == true,
                "\(message ?? "none")")
            let saved = try SavedRun(run)
            #expect(saved.position == TrainingPosition(stage: 1))
        }
    }

    /// Rows are the truth: pixels of background, wrist and tip.
    static let matrices: [(rows: [[Int]], missing: [String])] = [
        ([[9, 1, 1], [1, 5, 0], [1, 0, 5]], []), ([[9, 0, 0], [5, 0, 0], [3, 0, 0]], ["wrist", "tip"]),
        ([[9, 1, 0], [5, 0, 0], [3, 0, 0]], ["tip"]), ([[9, 0, 0], [5, 0, 0], [0, 0, 0]], ["wrist"]),
    ]

    @Test(arguments: matrices)
    func classesThatAreNeverPredictedAreNamed(_ row: (rows: [[Int]], missing: [String])) {
        let found = BackgroundCollapse.neverPredicted(
            ConfusionMatrix(rows: row.rows), of: ScoredClasses(["background", "wrist", "tip"]))
        #expect(found == row.missing)
    }

    @Test func aCollapseIsTold() throws {
        #expect(BackgroundCollapse.warning([], of: ScoredClasses(["background", "lesion"])) == nil)
        #expect(
            BackgroundCollapse.warning(["lesion"], of: ScoredClasses(["background", "lesion"]))
                == "the network has collapsed to background, no pixel is 'lesion'; if it stays so, pre-train with cross_entropy for longer, or try another learning_rate"
        )
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            var warnings: [String] = []
            let run = try TinyRun.train(
                TinyRun.configuration(["training.stages.0.learning_rate=0.05", "training.stages.0.epochs=3"]), data: data,
                into: folder.appending(path: "run")
            ) { if case .warned(let text) = $0 { warnings.append(text) } }
            let records = try TinyRun.records(of: run)
            let collapsed = records.filter { !$0.neverPredicted.isEmpty }
            #expect(collapsed.isEmpty == warnings.isEmpty)
            #expect(warnings.allSatisfy { $0.hasPrefix("stage '") && $0.contains("collapsed to background") })
        }
    }

    @Test func theRunSaysWhatItWasMadeOf() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try ContinuedRunTests.configuration()
            let dataSet = try configuration.openDataSet(at: data)
            let run = RunFolder(folder.appending(path: "run"))
            try TorchLibrary.setThreadCount(1)
            try Trainer(configuration, dataSet: dataSet, folder: run, shouldStop: { true }).run()
            var warnings: [String] = []
            // As if the first had run on another processor.
            let text = try String(contentsOf: run.facts, encoding: .utf8)
            try DurableFile.write(
                text.replacing("\"\(TorchLibrary.instructionSet)\"", with: "\"SSE2\""), to: run.facts)
            try Trainer(
                continuing: SavedRun(run), with: configuration, dataSet: dataSet,
                observe: { if case .warned(let text) = $0 { warnings.append(text) } }
            ).run()
            #expect(
                warnings.first
                    == "this run goes on on other terms than it began (instruction set \(TorchLibrary.instructionSet), not SSE2): numbers may differ in their last bits"
            )
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let facts = try decoder.decode(RunFacts.self, from: Data(contentsOf: run.facts))
            #expect(facts.sessions.map(\.step) == [0, 1])
            #expect(facts.labelCounts.reduce(0, +) == 8 * 16 * 16)
            #expect((facts.trainingSamples, facts.validationCases, facts.seed) == (8, 1, 1))
            #expect(facts.sessions.allSatisfy { $0.threads == 1 && $0.cores > 0 && $0.device == "cpu" })
        }
    }

    @Test func aDamagedRecordOfSessionsIsTold() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try TinyRun.configuration()
            let dataSet = try configuration.openDataSet(at: data)
            let run = RunFolder(folder.appending(path: "run"))
            try Trainer(configuration, dataSet: dataSet, folder: run, shouldStop: { true }).run()
            try DurableFile.write("{\"sessions\": [", to: run.facts)
            var warnings: [String] = []
            try Trainer(
                continuing: SavedRun(run), with: configuration, dataSet: dataSet, shouldStop: { true },
                observe: { if case .warned(let text) = $0 { warnings.append(text) } }
            ).run()
            let aside = run.url.appending(path: "run.damaged.json")
            #expect(
                warnings.first
                    == "run.json could not be read, so the sessions before this one are unknown; it lies in \(aside.path), and "
                    + "run.json is written anew")
            #expect(try String(contentsOf: aside, encoding: .utf8) == "{\"sessions\": [")
        }
    }

    // MARK: Full disks

    /// A line of metrics that cannot be written costs that line, not the training.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func metricsThatCannotBeWrittenDoNotEndARun() throws
    {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let run = RunFolder(folder.appending(path: "run"))
            var warnings: [String] = []
            try TinyRun.train(TinyRun.configuration(), data: data, into: run.url) { event in
                switch event {
                case .prepared:
                    try? FileManager.default.removeItem(at: run.metrics)
                    try? FileManager.default.createSymbolicLink(at: run.metrics, withDestinationURL: URL(filePath: "/dev/full"))
                case .warned(let words) where words.contains("metrics.jsonl"): warnings.append(words)
                default: break
                }
            }
            try FileManager.default.removeItem(at: run.metrics)
            #expect(warnings.count == 1, "told once")
            #expect(warnings.first?.hasPrefix("\(run.metrics.path) cannot be written: ") == true, "\(warnings)")
            #expect(FileManager.default.fileExists(atPath: run.best.path))
        }
    }

    @Test func tooLittleRoomIsToldBeforeTheFirstStep() throws {
        try withTemporaryFolder { folder in
            let run = RunFolder(folder)
            let message = messageThrown { try run.requireRoom(forCheckpoints: .max, logs: 0) }
            let pattern =
                /\S+ has too little room: the run's checkpoints need [\d.]+ MiB, and [\d.]+ MiB are free/
            #expect(message?.wholeMatch(of: pattern) != nil, "\(message ?? "none")")
            // The event files count too.
            let free = try #require(FileSystem.freeBytes(at: folder))
            let logs = messageThrown { try run.requireRoom(forCheckpoints: 1, logs: free + 1 << 30) }
            let both = /.* need 0\.0 MiB and its event files up to [\d.]+ MiB \(training\.watch\.megabytes\), and .*/
            #expect(logs?.wholeMatch(of: both) != nil, "\(logs ?? "none")")
            try run.requireRoom(forCheckpoints: 1, logs: 1)
        }
    }

    /// A file system of 3 MiB in memory; nil where this process may not mount one.
    private static func mounted(at folder: URL) -> Bool {
        #if os(Linux)
            return run("/bin/mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.path])
        #else
            return false
        #endif
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test func aFullDiskEndsTheRunAndDamagesNothing() throws {
        try withTemporaryFolder { folder in
            let disk = folder.appending(path: "disk", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            guard Self.mounted(at: disk) else {
                print("skipped: this process may not mount a small file system")
                return
            }
            defer { Self.run("/bin/umount", ["-l", disk.path]) }
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try ContinuedRunTests.configuration(["training.save_minutes=0", "training.watch.megabytes=0"])
            let peace = try TinyRun.train(configuration, data: data, into: folder.appending(path: "peace"))

            // Full from the third step on.
            let run = RunFolder(disk.appending(path: "run"))
            let filler = disk.appending(path: "filler")
            let message = messageThrown {
                try TinyRun.train(configuration, data: data, into: run.url) { event in
                    guard case .stepped(let step) = event, step.step == 3 else { return }
                    try? Data().write(to: filler)
                    guard let handle = try? FileHandle(forWritingTo: filler) else { return }
                    for size in [65536, 512, 1] {
                        while (try? handle.write(contentsOf: Data(count: size))) != nil {}
                    }
                }
            }
            // A checkpoint of the same size takes the place of the one before the last; what grows does not fit.
            #expect(
                message?.hasPrefix(run.url.path) == true && message?.contains(" cannot be written: ") == true,
                "\(message ?? "none")")
            let saved = try SavedRun(run)
            #expect(saved.position.step >= 2 || saved.position.epoch > 0)
            #expect(saved.damage == nil)

            // No room to go on is told at once; with room it ends as if nothing had been.
            let full = messageThrown {
                try Trainer(continuing: saved, with: configuration, dataSet: configuration.openDataSet(at: data)).run()
            }
            #expect(full?.hasPrefix("\(run.url.path) has too little room: ") == true, "\(full ?? "none")")
            try FileManager.default.removeItem(at: filler)
            try Trainer(continuing: saved, with: configuration, dataSet: configuration.openDataSet(at: data)).run()
            let (expected, found) = try (Data(contentsOf: peace.last), Data(contentsOf: run.last))
            #expect(found == expected)
        }
    }
}
