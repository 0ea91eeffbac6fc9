import Foundation
import MarginCalibration
import MedicalImages
import RunTestSupport
import SegLosses
import SegMetrics
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import Phantoms
@testable import Sampling
@testable import SegConfiguration
@testable import SegInference
@testable import SegTraining

@Suite struct TrainerTests {
    @Test func aRunLeavesItsFilesAndTheySayWhatTheyAre() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try TinyRun.configuration(["training.stages.0.epochs=3", "training.stages.1.epochs=2"])
            let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: "runs/first"))

            let names = try TinyRun.names(in: run.url)
            #expect(
                names == [
                    ".lock", "best.safetensors", "configuration.yaml", "last.safetensors", "metrics.jsonl",
                    "previous.safetensors", "run.json", "stage-1-pretraining.safetensors",
                ])
            let read = try ConfigurationReader(file: run.configuration).configuration()
            #expect(read == configuration)

            let records = try TinyRun.records(of: run)
            #expect(records.map(\.stage) == [1, 1, 1, 2, 2])
            #expect(records.map(\.epoch) == [1, 2, 3, 1, 2])
            #expect(records.allSatisfy { $0.trainingLoss.isFinite && $0.imagesPerSecond > 0 && $0.selectedBy == .miouForeground })
            for record in records { #expect(record.score == record.validation.dataset.miouForeground) }

            let objective = "margin(form=paper,tau=10,nu=1)"
            for (file, stage) in [(run.stage(1, "pretraining"), 1), (run.best, 2)] {
                let manifest = try Checkpoint.manifest(of: file)
                let ofStage = records.filter { $0.stage == stage }
                let best = try #require(ofStage.max { ($0.score ?? -1, -$0.epoch) < ($1.score ?? -1, -$1.epoch) })
                #expect(manifest.stage == stage)
                #expect(manifest.epoch == best.epoch, "the epoch of the best score, the first of equals")
                #expect(manifest.validation == best.validation)
                #expect(manifest.epoch == ofStage.last(where: \.isBest)?.epoch)
                #expect(manifest.objective == (stage == 1 ? "cross_entropy" : objective))
                #expect(manifest.stageName == (stage == 1 ? "pretraining" : "margin"))
                #expect(manifest.configuration == configuration)
                #expect(manifest.channels == 1)
                let offsets = try MarginOffsets(manifest.trainingLabels, scale: .absolute(tau: 10), nu: 1)
                #expect(manifest.marginOffsets.map(\.rho0k) == (stage == 1 ? [] : [offsets.rho0k]))
                #expect(manifest.marginOffsets.map(\.rhoK0) == (stage == 1 ? [] : [offsets.rhoK0]))
                #expect(manifest.trainingLabels.total == 4 * 2 * 32 * 32)
                let network = try Checkpoint(contentsOf: file).makeNetwork()
                #expect(network.classCount == 2)
            }
            let last = try Checkpoint.manifest(of: run.last)
            #expect((last.stage, last.epoch) == (2, 2))
        }
    }

    @Test func eventsComeInOrder() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            var events: [String] = []
            try TinyRun.train(TinyRun.configuration(), data: data, into: folder.appending(path: "run")) { event in
                switch event {
                case .preparing(let samples, _, let bytes): events.append("preparing \(samples) \(bytes)")
                case .prepared(let data):
                    events.append("prepared \(data.trainingSamples) \(data.leftOut) \(data.validationCases)")
                case .stageStarted(let start):
                    events.append("stage \(start.number) of \(start.stageCount), \(start.stepsPerEpoch) \(start.offsets.count)")
                case .stepped(let step): events.append("step \(step.step) of \(step.steps), \(step.images)")
                case .validating(let cases): events.append("validating \(cases)")
                case .validated(let done):
                    events.append("validated \(done.number) \(done.prepared.id) \(done.prediction.count)")
                case .marginsGathered(let margins): events.append("margins \(margins.own.reduce(0) { $0 + $1.total })")
                case .epochFinished(let record): events.append("epoch \(record.epoch)")
                case .searching, .searched: events.append("searching")
                case .warned: break  // of a network that has hardly begun
                }
            }
            let epoch = [
                "step 1 of 2, 4", "step 2 of 2, 4", "validating 1", "validated 1 case_05 2048", "margins 2048", "epoch 1",
            ]
            #expect(
                events == ["preparing 8 40960", "prepared 8 0 1", "stage 1 of 2, 2 0"] + epoch + ["stage 2 of 2, 2 1"] + epoch)
        }
    }

    @Test func planesWithoutForegroundAreLeftOutOnDemand() throws {
        try withTemporaryFolder { folder in
            try PlainPictures.write(to: folder.appending(path: "data"))
            var prepared: TrainingEvent.PreparedData?
            let configuration = try TinyRun.configuration([
                "training.planes=foreground_only", "input.normalization={range: [0, 255]}",
            ])
            try TinyRun.train(configuration, data: folder.appending(path: "data"), into: folder.appending(path: "run")) {
                if case .prepared(let data) = $0 { prepared = data }
            }
            #expect(prepared?.trainingSamples == 2)
            #expect(prepared?.leftOut == 1)
        }
    }

    /// Windows at another spacing, warped, from planes on disk, beside a file that cannot be read: predictions are whole planes.
    @Test func windowsOfPlanesOnDiskTrainAModelForWholePlanes() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let broken = data.appending(path: "images/case_01.nii.gz")
            try Data(contentsOf: broken).dropLast(100).write(to: broken)
            let configuration = try TinyRun.configuration([
                "input.fit={crop: [16, 16], foreground: 0.5}", "input.spacing=[12, 12]",
                "training.augmentation.warp={probability: 1, rotation: 15, scale: 0.2, elastic: 1, smoothness: 8}",
            ])
            var prepared: TrainingEvent.PreparedData?
            let run = RunFolder(folder.appending(path: "run"))
            try Trainer(
                configuration, dataSet: configuration.openDataSet(at: data), folder: run,
                resources: .init(memory: 0, tolerance: .skipUnreadable),
                observe: { if case .prepared(let value) = $0 { prepared = value } }
            ).run()
            let found = try #require(prepared)
            #expect(found.isOnDisk && found.trainingSamples == 6)
            #expect(found.unreadable.map(\.id) == ["case_01"])
            let model = try SegmentationModel(checkpoint: Checkpoint(contentsOf: run.best))
            let cases = try configuration.openDataSet(at: data).cases(of: .test)
            let result = try SplitEvaluation(model: model, cases: cases).run()
            #expect(result.summary.pixels == 2 * 32 * 32, "whole planes at native size")
        }
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            func best(_ name: String, seed: Int, workers: Int) throws -> Data {
                let configuration = try TinyRun.configuration([
                    "training.seed=\(seed)", "training.augmentation.horizontal_flip=0.5", "training.augmentation.noise=0.1",
                ])
                return try Data(
                    contentsOf: TinyRun.train(configuration, data: data, into: folder.appending(path: name), workers: workers)
                        .best)
            }
            let first = try best("a", seed: 1, workers: 1)
            let again = try best("b", seed: 1, workers: 1)
            let threaded = try best("c", seed: 1, workers: 3)
            let other = try best("d", seed: 2, workers: 1)
            #expect(first == again)
            #expect(first == threaded)
            #expect(first != other)
        }
    }

    @Test func aFolderWithARunIsRefused() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let run = folder.appending(path: "run")
            try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
            try Data("old".utf8).write(to: run.appending(path: "configuration.yaml"))
            var isReading = false
            let message = messageThrown {
                try TinyRun.train(TinyRun.configuration(), data: data, into: run) { _ in isReading = true }
            }
            #expect(message == "\(run.path) cannot take a new run: a run is there already; name another --output, or remove it")
            #expect(!isReading, "said before the data are read")
            let names = try TinyRun.names(in: run)
            #expect(names == ["configuration.yaml"])
        }
    }

    @Test func weightsOfAnotherRunAreTheStart() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let first = try TinyRun.train(TinyRun.configuration(), data: data, into: folder.appending(path: "first"))
            // At this rate nothing moves, and the run ends where it began.
            let still = try TinyRun.configuration([
                "training.seed=7", "training.stages=[{name: a, objective: cross_entropy, epochs: 1, learning_rate: 1e-30}]",
            ])
            let second = try TinyRun.train(still, data: data, into: folder.appending(path: "second"), from: first.best)
            let (start, end) = (try Safetensors(contentsOf: first.best).tensors, try Safetensors(contentsOf: second.best).tensors)
            #expect(start.keys.sorted() == end.keys.sorted())
            for (name, tensor) in start {
                let stored = try #require(end[name])
                let difference = try tensor.largestDifference(to: stored)
                #expect(difference == 0, "\(name)")
            }
        }
    }

    /// At this rate nothing moves: what training counted is what its planes score afterwards, whatever makes a step.
    @Test(arguments: [["training.batch_size=4"], ["training.batch_size=2", "training.accumulate=2"]])
    func trainingIsScoredOnItsOwnBatches(_ overrides: [String]) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try TinyRun.configuration(
                [
                    "network.dropout=[0, 0, 0, 0, 0]",
                    "training.stages=[{name: a, objective: cross_entropy, epochs: 1, learning_rate: 1e-30}]",
                ] + overrides)
            let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: "run"))
            let record = try #require(try TinyRun.records(of: run).first)
            let model = try SegmentationModel(checkpoint: Checkpoint(contentsOf: run.best))
            let dataSet = try configuration.openDataSet(at: data)
            let scores = try SplitEvaluation(model: model, cases: dataSet.cases(of: .train)).run()
            #expect(
                record.trainingMIoU
                    == MetricSummary(scores.networkStore, classes: ScoredClasses(["a", "b"])).dataset.miouForeground)

            var loss = ValidationLoss(CrossEntropyLoss(ignoreLabel: 255), batchSize: 3)
            let reader = try CaseReader(model.recipe)
            for dataCase in try dataSet.cases(of: .validation) {
                try model.forEachPart(of: reader.read(dataCase)) { try loss.add($0) }
            }
            let validation = try #require(try loss.total().mean)
            #expect(abs(validation - (record.validationLoss ?? .nan)) < 1e-6)
        }
    }

    /// Another network's configuration, and what its weights are refused for.
    static let otherNetworks: [(overrides: [String], message: String)] = [
        (
            ["network.features=[16, 32, 64, 128, 256]"],
            "network.features is [8, 16, 32, 64, 128] there and [16, 32, 64, 128, 256] here"
        ),
        (["network.architecture=unet"], "network.architecture is coplenet there and unet here"),
        (["network.normalization=batch"], "network.normalization is group there and batch here"),
        (
            ["network.strides=[[1, 1], [2, 2], [2, 2], [2, 2], [1, 2]]"],
            "network.strides is [[1, 1], [2, 2], [2, 2], [2, 2], [2, 2]] there and [[1, 1], [2, 2], [2, 2], [2, 2], [1, 2]] here"
        ),
        (
            [
                "data.classes=[{name: a, values: [0]}, {name: b, values: [1]}, {name: c, values: [2]}]",
                "training.stages=[{name: a, objective: cross_entropy, epochs: 1}]",
            ],
            "the number of classes is 2 there and 3 here"
        ),
    ]

    @Test func weightsOfAnotherNetworkAreRefused() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let weights = folder.appending(path: "weights.safetensors")
            try TinyCheckpoint.make(TinyRun.configuration()).write(to: weights)
            for row in Self.otherNetworks {
                let message = messageThrown {
                    try TinyRun.train(
                        TinyRun.configuration(row.overrides), data: data, into: folder.appending(path: "run"), from: weights)
                }
                #expect(message == "\(weights.path) does not fit this run: \(row.message)")
            }
            let pictures = folder.appending(path: "pictures")
            try SurgicalPhantom(videos: 3, frames: 1, width: 32, height: 32).write(to: pictures)
            let colours = try TinyRun.configuration(["data.classes.1.values=[1, 2, 3, 4]", "input.normalization=imagenet"])
            let message = messageThrown {
                try TinyRun.train(colours, data: pictures, into: folder.appending(path: "run"), from: weights)
            }
            #expect(message == "\(weights.path) does not fit this run: the number of channels is 1 there and 3 here")
            let names = try TinyRun.names(in: folder)
            #expect(names == ["data", "pictures", "weights.safetensors"], "no folder of a run is left")
        }
    }

    @Test func aLossThatIsNotFiniteEndsTheRunAndKeepsWhatThereIs() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let run = RunFolder(folder.appending(path: "run"))
            let configuration = try TinyRun.configuration(["training.stages.1.learning_rate=1e30"])
            let message = try #require(messageThrown { try TinyRun.train(configuration, data: data, into: run.url) })
            let pattern =
                /the loss is (-?nan|-?inf) in stage 'margin', epoch 1, step 2, for (case_0\d plane \d, ){3}case_0\d plane \d, which are in \S+failed-batch.safetensors; the checkpoints before are kept; look at the samples, or try .+/
            #expect(message.wholeMatch(of: pattern) != nil, "\(message)")
            let names = try TinyRun.names(in: run.url)
            #expect(
                names == [
                    ".lock", "best.safetensors", "configuration.yaml", "failed-batch.safetensors", "last.safetensors",
                    "metrics.jsonl",
                    "previous.safetensors", "run.json", "stage-1-pretraining.safetensors",
                ])
            let kept = try [run.best, run.last, run.stage(1, "pretraining")].map { try Checkpoint.manifest(of: $0).stage }
            #expect(kept == [1, 2, 1], "the newest is the start of the stage")
            let records = try TinyRun.records(of: run)
            #expect(records.count == 1)
        }
    }

    @Test func anObjectiveThatTheLabelsDoNotAllowIsRefusedBeforeTheFirstStage() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try TinyRun.configuration(["training.stages.1.objective=margin(nu=1e-9)"])
            let message = messageThrown { try TinyRun.train(configuration, data: data, into: folder.appending(path: "run")) }
            let expected =
                ": the objective 'margin(nu=1e-9)' of stage 'margin' does not fit the training labels: nu = 1e-09 is too small for class "
            #expect(message?.contains(expected) == true, "\(message ?? "no error")")
            let names = try TinyRun.names(in: folder)
            #expect(names == ["data"])
        }
    }

    @Test func aValidationImageOfOtherChannelsIsRefusedBeforeTheFirstStage() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try PlainPictures.write(to: data)
            let image = data.appending(path: "images/v.png")
            try PNG.write(rgb: [UInt8](repeating: 9, count: 8 * 8 * 3), width: 8, height: 8, to: image)
            let message = messageThrown {
                try TinyRun.train(TinyRun.configuration(), data: data, into: folder.appending(path: "run"))
            }
            #expect(message == "\(image.path): 3 channels, expected 1 as in training")
            let names = try TinyRun.names(in: folder)
            #expect(names == ["data"])
        }
    }

    @Test func anOutputThatCannotBeWrittenIsNamed() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let file = folder.appending(path: "file")
            try Data("mine".utf8).write(to: file)
            let below = file.appending(path: "run")
            let message = messageThrown { try TinyRun.train(TinyRun.configuration(), data: data, into: below) }
            #expect(message == "\(below.path) cannot be made: \(file.path) is a file")
            let kept = try Data(contentsOf: file)
            #expect(kept == Data("mine".utf8))
            #if os(Linux)
                let system = messageThrown {
                    try TinyRun.train(TinyRun.configuration(), data: data, into: URL(filePath: "/proc/run"))
                }
                #expect(system?.hasPrefix("/proc/run cannot be made: ") == true, "\(system ?? "no error")")
            #endif
            let names = try TinyRun.names(in: folder)
            #expect(names == ["data", "file"])
        }
    }
}
