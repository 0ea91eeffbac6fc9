import Foundation
import RunTestSupport
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import SegInference

@Suite struct CheckpointTests {
    @Test(arguments: ["coplenet", "unet"], ["group", "batch"])
    func comesBackAsWritten(_ architecture: String, _ normalization: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            let configuration = try TinyRun.configuration([
                "network.architecture=\(architecture)", "network.normalization=\(normalization)",
            ])
            let network = try configuration.network.makeNetwork(channels: 3, classes: 2, generator: Generator(seed: 3))
            let manifest = try TinyCheckpoint.manifest(configuration, channels: 3)
            try Checkpoint(manifest: manifest, weights: network.state()).write(to: file)

            let read = try Checkpoint(contentsOf: file)
            #expect(read.manifest.configuration == configuration)
            #expect(read.manifest.marginOffsets.map(\.rho0k) == manifest.marginOffsets.map(\.rho0k))
            #expect(read.manifest.validation == manifest.validation)
            #expect(read.manifest.trainingLabels == manifest.trainingLabels)
            let alone = try Checkpoint.manifest(of: file)
            #expect((alone.stage, alone.stageName, alone.objective, alone.epoch) == (2, "margin", "margin", 4))
            #expect((alone.program, alone.libtorch) == ("marginseg \(Version.current)", TorchLibrary.version))

            let images = try Tensor.random([1, 3, 32, 32], seed: 1, dtype: .float32)
            let expected = try withInference { try network(images, .evaluation) }
            let restored = try read.makeNetwork()
            let found = try withInference { try restored(images, .evaluation) }
            let difference = try found.largestDifference(to: expected)
            #expect(difference == 0)

            let copy = folder.appending(path: "b.safetensors")
            try Checkpoint(manifest: read.manifest, weights: restored.state()).write(to: copy)
            let (first, second) = (try Data(contentsOf: file), try Data(contentsOf: copy))
            #expect(first == second, "equal content gives equal bytes")
        }
    }

    /// A file that is no checkpoint, and what is said of it after its path.
    struct Unusable: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let write: @Sendable (URL) throws -> Void
        let message: String
    }

    private static func write(manifest: String, to url: URL) throws {
        try Safetensors(tensors: ["a": Tensor.ones([2])], metadata: ["marginseg": manifest]).write(to: url)
    }

    /// A sound checkpoint whose tensors are changed.
    private static func write(to url: URL, changing change: (inout [String: Tensor]) throws -> Void) throws {
        try TinyCheckpoint.make(TinyRun.configuration()).write(to: url)
        var file = try Safetensors(contentsOf: url)
        try change(&file.tensors)
        file.metadata["marginseg.checksum"] = nil
        try file.write(to: url)
    }

    /// A checkpoint of which one byte was changed: the first of a text, or the one before the last.
    private static func writeDamaged(to url: URL, at text: String? = nil) throws {
        try TinyCheckpoint.make(TinyRun.configuration()).write(to: url)
        var data = try Data(contentsOf: url)
        let place = text.flatMap { data.range(of: Data($0.utf8))?.lowerBound } ?? data.count - 2
        data[place] ^= 1
        try data.write(to: url)
    }

    static let unusable = [
        Unusable(
            testDescription: "another program's weights",
            write: { try Safetensors(tensors: ["a": Tensor.ones([2])], metadata: ["format": "pt"]).write(to: $0) },
            message:
                " cannot be used as a checkpoint: it has no manifest of marginseg; marginseg import makes a run of another program's weights"
        ),
        Unusable(
            testDescription: "a newer form", write: { try write(manifest: #"{"format": 2, "news": []}"#, to: $0) },
            message: " cannot be used as a checkpoint: its form 2 is newer than this program's 1; update marginseg"),
        Unusable(
            testDescription: "a manifest that is no JSON", write: { try write(manifest: "hello", to: $0) },
            message: " cannot be used as a checkpoint: its manifest cannot be read"),
        Unusable(
            testDescription: "a manifest without its keys", write: { try write(manifest: #"{"format": 1}"#, to: $0) },
            message: " cannot be used as a checkpoint: its manifest cannot be read"),
        Unusable(
            testDescription: "a manifest that no run can have",
            write: { url in
                var configuration = try TinyRun.configuration()
                configuration.training.batchSize = 0
                try TinyCheckpoint.make(configuration).write(to: url)
            },
            message:
                " cannot be used as a checkpoint: its manifest cannot be used: training.batch_size: expected 1 to 1000000, found 0"
        ),
        Unusable(
            testDescription: "a missing tensor", write: { try write(to: $0) { $0["out_conv.bias"] = nil } },
            message: " cannot be used as a checkpoint: the stored weights do not fit this network; missing: out_conv.bias"),
        Unusable(
            testDescription: "a tensor of another shape",
            write: { try write(to: $0) { $0["out_conv.bias"] = try Tensor.ones([5]) } },
            message: " cannot be used as a checkpoint: the stored weights do not fit this network; "
                + "of another shape: out_conv.bias (expected [2], found [5])"),
        Unusable(
            testDescription: "a file cut short",
            write: { url in
                try TinyCheckpoint.make(TinyRun.configuration()).write(to: url)
                try Data(contentsOf: url).dropLast(10).write(to: url)
            },
            message: " is no sound safetensors file: tensor '"),
        Unusable(
            testDescription: "one changed bit of a weight", write: { try writeDamaged(to: $0) },
            message: " cannot be used as a checkpoint: it is damaged: the checksum of its content is '"),
        Unusable(
            testDescription: "one changed bit of the manifest", write: { try writeDamaged(to: $0, at: "1400.0") },
            message: " cannot be used as a checkpoint: it is damaged: the checksum of its content is '"),
        Unusable(
            testDescription: "weights that are no numbers",
            write: { try write(to: $0) { $0["out_conv.bias"] = try Tensor([0, .nan] as [Float]) } },
            message: " cannot be used as a checkpoint: its weights are NaN or infinite, first in out_conv.bias; "
                + "the file is damaged or its training went astray; take another checkpoint of the run"),
        Unusable(
            testDescription: "an empty file", write: { try Data().write(to: $0) },
            message: " is no sound safetensors file: it has 0 bytes, too few for a header"),
        Unusable(testDescription: "no file", write: { _ in }, message: " cannot be read: no such file"),
        Unusable(
            testDescription: "a folder",
            write: { try FileManager.default.createDirectory(at: $0, withIntermediateDirectories: true) },
            message: " cannot be read: it is a folder, expected a file"),
    ]

    @Test(arguments: unusable)
    func saysWhyItCannotBeUsed(_ row: Unusable) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            try row.write(file)
            let message = try #require(messageThrown { _ = try Checkpoint(contentsOf: file).makeNetwork() })
            // Which of the tensors lies outside a file that was cut short is the dictionary's whim; checksums hang on the version.
            let start = row.message.hasSuffix("'") ? String(row.message.dropLast()) : row.message
            #expect(message.hasPrefix(file.path + start), "\(message)")
            #expect(row.message.hasSuffix("'") || message == file.path + row.message)
        }
    }

    @Test func aCheckpointWithoutAChecksumIsRead() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            try Self.write(to: file) { _ in }
            #expect(try Safetensors.metadata(of: file)["marginseg.checksum"] == nil)
            _ = try Checkpoint(contentsOf: file)
        }
    }

    @Test func aRunStandsForItsBestCheckpoint() throws {
        try withTemporaryFolder { folder in
            let message = messageThrown { _ = try RunFolder.checkpoint(at: folder) }
            #expect(message == "\(folder.path) is no run: there is no best.safetensors in it")
            try Data().write(to: folder.appending(path: "best.safetensors"))
            let best = try RunFolder.checkpoint(at: folder)
            #expect(best.lastPathComponent == "best.safetensors")
            let file = try RunFolder.checkpoint(at: best)
            #expect(file == best)
        }
    }

    /// Runs in a folder, each with how far its training is: nil where it has no best checkpoint.
    @Test(
        arguments: [
            (["fold-10": (2, 1), "fold-2": (2, 1)], nil),
            (["fold-0": (2, 1), "fold-1": nil], "fold-1 holds no best.safetensors"),
            (
                ["fold-0": (2, 0), "fold-1": (1, 1)],
                "fold-0 is unfinished (stage 2, after epoch 0), fold-1 is unfinished (stage 1, after epoch 1)"
            ),
        ] as [([String: (stage: Int, epoch: Int)?], String?)])
    func aFolderOfRunsStandsForAllOfThem(_ runs: [String: (stage: Int, epoch: Int)?], _ refusal: String?) throws {
        try withTemporaryFolder { folder in
            let checkpoint = try TinyCheckpoint.make(TinyRun.configuration())
            for (name, state) in runs {
                let run = RunFolder(folder.appending(path: name))
                try run.create()
                guard let state else { continue }
                var position = TrainingPosition(stage: state.stage)
                for _ in 0..<state.epoch { position.endEpoch(score: 0.5) }
                try checkpoint.write(to: run.best)
                try Checkpoint(
                    manifest: checkpoint.manifest, weights: checkpoint.weights,
                    continuation: .init(position: position, tensors: [:])
                ).write(to: run.last)
            }
            let message = messageThrown {
                let found = try RunFolder.checkpoints(at: folder)
                #expect(
                    found.map { $0.pathComponents.suffix(2).joined(separator: "/") } == [
                        "fold-2/best.safetensors", "fold-10/best.safetensors",
                    ])
            }
            #expect(
                message
                    == refusal.map {
                        "\(folder.path) cannot be used as a folder of runs: \($0); finish or move these, or name the runs one by one"
                    })
        }
    }

    @Test func aRunIsNoFolderOfRuns() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appending(path: "inner")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try Data().write(to: inner.appending(path: "best.safetensors"))
            try Data().write(to: folder.appending(path: "configuration.yaml"))
            #expect(
                messageThrown { _ = try RunFolder.checkpoints(at: folder) }
                    == "\(folder.path) is no run: there is no best.safetensors in it")
            try Data().write(to: folder.appending(path: "best.safetensors"))
            #expect(try RunFolder.checkpoints(at: folder) == [RunFolder(folder).best])
        }
    }

    @Test(arguments: [
        ("margin", "stage-2-margin.safetensors"), ("a/b c", "stage-2-a-b-c.safetensors"), ("Größe", "stage-2-Größe.safetensors"),
    ])
    func aStagesNameBecomesAFilesName(_ name: String, _ file: String) {
        #expect(RunFolder(URL(filePath: "/r")).stage(2, name).path == "/r/" + file)
    }
}
