import DurableFiles
import Foundation
import MedicalImages
import TestSupport
import Testing
import Torch

/// Models of other programs from the command line.
@Suite struct ImportCommandTests {
    private static let hasNnUNet = PeerPython.has("nnunetv2") && TestFolders.realData != nil

    /// Twice the common voxels of the foreground over those of either.
    private static func dice(_ one: [Float], _ other: [Float]) -> Double {
        var (common, all) = (0, 0)
        for (a, b) in zip(one, other) {
            all += (a > 0 ? 1 : 0) + (b > 0 ? 1 : 0)
            if a > 0, a == b { common += 1 }
        }
        return all == 0 ? 1 : 2 * Double(common) / Double(all)
    }

    /// By how much the most probable class of each voxel leads, from probabilities of which each class is a plane of its own.
    private static func leads(_ probabilities: [Float], voxels: Int) -> [Float] {
        (0..<voxels).map { voxel in
            let sorted = stride(from: voxel, to: probabilities.count, by: voxels).map { probabilities[$0] }.sorted(by: >)
            return sorted[0] - sorted[1]
        }
    }

    /// Networks of planes and volumes, plain and residual, one and two folds, that nnU-Net trained for some steps, on volumes of two
    /// spacings: our labels are those that it predicts itself, but for ties, since it adds its scores up in half precision.
    @Test(.enabled(if: hasNnUNet, "\(PeerPython.missing("nnunetv2")), or \(TestFolders.noRealData)"))
    func labelsOfNnUNetsModelsAreItsOwn() throws {
        let data = try #require(TestFolders.realData).appending(path: "hippocampus-mr-nifti")
        let script = TestFolders.package.appending(path: "Tests/Golden/nnunet.py")
        try withTemporaryFolder { folder in
            #expect(try PeerPython.run([script.path, data.path, folder.path]).status == 0)
            try Self.writeSmallDataSet(from: data, to: folder.appending(path: "small"))
            let results = folder.appending(path: "results/Dataset004_Hippocampus")
            let trainings = try FileSystem.list(results)
            #expect(trainings.count == 3)
            for training in trainings {
                let name = training.lastPathComponent
                let made = try Command.run(["import", training.path, "--output", "runs/\(name)"], in: folder)
                #expect(made.status == 0, "\(made.errors)")
                let said = try Command.run(
                    [
                        "predict", "images", "--model", "runs/\(name)", "--output", "ours/\(name)/", "--probabilities", "nifti",
                    ], in: folder)
                #expect(said.status == 0, "\(said.errors)")
                var foreground = 0
                let predictions = try FileSystem.list(folder.appending(path: "predictions/\(name)"))
                for file in predictions where file.lastPathComponent.hasSuffix(".nii.gz") {
                    let own = folder.appending(path: "ours/\(name)/\(file.lastPathComponent)")
                    let scores = own.path.replacing(".nii.gz", with: "_probabilities.nii.gz")
                    let (ours, expected) = (try ImageFile.read(own).realValues(), try ImageFile.read(file).realValues())
                    foreground += expected.count { $0 > 0 }
                    let leads = try Self.leads(ImageFile.read(URL(filePath: scores)).realValues(), voxels: ours.count)
                    let differing = ours.indices.filter { ours[$0] != expected[$0] }
                    let largest = differing.map { leads[$0] }.max() ?? 0
                    #expect(largest <= 0.02, "\(name), \(file.lastPathComponent): a class that leads by \(largest) is another")
                    let agreement = Self.dice(ours, expected)
                    #expect(agreement >= 0.995, "\(name), \(file.lastPathComponent): Dice \(agreement)")
                }
                let processed = folder.appending(path: "processed/\(name)")
                if FileSystem.kind(of: processed) == .folder {
                    #expect(
                        made.errors.contains(": keep the largest component of the foreground, then keep the largest component"))
                    try Self.expectProcessed(name, processed, in: folder)
                }
                #expect(foreground > 1000, "a network that finds nothing agrees with any other")
                let scored = try Command.run(
                    ["evaluate", "runs/\(name)", "--data", "small", "--resamples", "2", "--no-surface"], in: folder)
                #expect(scored.status == 0 && scored.errors.contains("which cases the model was trained with is not known"))
                let card = try Command.run(["show", "runs/\(name)"], in: folder)
                #expect(
                    card.status == 0 && card.output.contains("cases: not known")
                        && card.output.contains("nnU-Net's nnUNetTrainer, fold 0") && card.output.contains("mirroring ("))
            }
        }
    }

    /// Two cases for a test, in another layout than nnU-Net's.
    private static func writeSmallDataSet(from data: URL, to folder: URL) throws {
        let names = ["hippocampus_007.nii.gz", "hippocampus_017.nii.gz"]
        for part in ["images", "labels"] {
            try FileManager.default.createDirectory(at: folder.appending(path: part), withIntermediateDirectories: true)
            for name in names {
                try FileManager.default.copyItem(
                    at: data.appending(path: "\(part)/\(name)"), to: folder.appending(path: "\(part)/\(name)"))
            }
        }
        let rows = names.map { "\($0),test\n" }.joined()
        try Data(("file,split\n" + rows).utf8).write(to: folder.appending(path: "split.csv"))
    }

    /// Label maps after the post-processing that came with a model are those that nnU-Net makes of its own, but for objects that a tie
    /// adds or takes.
    private static func expectProcessed(_ name: String, _ expected: URL, in folder: URL) throws {
        let said = try Command.run(
            ["predict", "images", "--model", "runs/\(name)", "--output", "processed-here/", "--post-processing", "stored"],
            in: folder)
        #expect(said.status == 0, "\(said.errors)")
        for file in try FileSystem.list(expected) {
            let own = folder.appending(path: "processed-here/\(file.lastPathComponent)")
            let agreement = dice(try ImageFile.read(own).realValues(), try ImageFile.read(file).realValues())
            #expect(agreement >= 0.995, "\(file.lastPathComponent): Dice \(agreement)")
        }
    }

    private static let checkpoint = TestFolders.golden.appending(path: "coplenet_binary_checkpoint.pth")

    private static let configuration = """
        input: {normalization: none, fit: {pad: [64, 96]}}
        network: {architecture: coplenet, features: [8, 16, 32, 64, 128], dropout: [0, 0, 0, 0, 0], normalization: group}
        """

    /// The paper's authors' checkpoint, whose scores are known.
    @Test(
        .enabled(
            if: FileSystem.kind(of: checkpoint) == .file, "no coplenet_binary_checkpoint.pth: set GOLDEN_DIR to a folder with it")
    )
    func theAuthorsCheckpoint() throws {
        try withTemporaryFolder { folder in
            try Data(Self.configuration.utf8).write(to: folder.appending(path: "c.yaml"))
            let made = try Command.run(
                ["import", Self.checkpoint.path, "--config", "c.yaml", "--output", "theirs"], in: folder)
            #expect(made.status == 0 && made.errors.contains("under 'state_dict.'"), "\(made.errors)")
        }
    }

    @Test func mistakes() throws {
        try withTemporaryFolder { folder in
            let weights = TestFolders.package.appending(path: "Tests/Golden/weights.pth")
            try FileManager.default.copyItem(at: weights, to: folder.appending(path: "w.pth"))
            try Data(Self.configuration.utf8).write(to: folder.appending(path: "c.yaml"))
            for name in ["empty", "theirs"] {
                try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            try Data("{}".utf8).write(to: folder.appending(path: "theirs/plans.json"))
            try FileManager.default.copyItem(
                at: TrainedRun.untouched().url.appending(path: "best.safetensors"), to: folder.appending(path: "own.safetensors"))
            let rows: [([String], Int32, String)] = [
                (["import", "w.pth", "--output", "o"], 64, "w.pth has weights alone: --config must say of which network"),
                (
                    ["import", "w.pth", "--config", "c.yaml", "--output", "o"], 1,
                    "w.pth does not fit this network: none of its 3 tensors has a name of the network's, such as"
                ),
                (
                    ["import", "empty", "--output", "o"], 1,
                    "empty is no results folder of nnU-Net's: there is no plans.json in it"
                ),
                (
                    ["import", "empty", "--config", "c.yaml", "--output", "o"], 64,
                    "--config and --channels are for a file of weights"
                ),
                (["import", "none.pth", "--config", "c.yaml", "--output", "o"], 1, "none.pth"),
                (["import", "w.pth", "--output", ""], 64, "argument 4 is empty; is a variable of the shell not set?"),
                (
                    ["import", "own.safetensors", "--config", "c.yaml", "--output", "o"], 1,
                    "own.safetensors needs no import: it is a checkpoint of marginseg, which every --model takes as it is"
                ),
                (
                    ["show", "theirs"], 1,
                    "theirs is no run: it is a results folder of nnU-Net's; marginseg import makes a run of it"
                ),
                (
                    ["predict", "w.pth", "--model", "w.pth"], 1,
                    "w.pth cannot be used as a checkpoint: it has weights alone; marginseg import makes a run of another program's weights"
                ),
            ]
            for (arguments, status, says) in rows {
                let command = try Command.run(arguments, in: folder)
                #expect(command.status == status && command.errors.contains(says), "\(arguments): \(command.errors)")
                #expect(FileSystem.kind(of: folder.appending(path: "o")) == .missing, "nothing is left behind")
            }
        }
    }

    /// On a full device nothing is left that would stand in the way of the next try, and what was there stays.
    @Test func halfOfNothingIsLeft() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let configuration = run.url.appending(path: "configuration.yaml").path
            try FileManager.default.createDirectory(at: folder.appending(path: "there"), withIntermediateDirectories: true)
            for line in [
                "$M export '\(run.url.path)' --to place/a.onnx --example",
                "$M export '\(run.url.path)' --to place/folder/",
                "$M import '\(run.checkpoint.path)' --config '\(configuration)' --output place/run",
                "$M import '\(run.checkpoint.path)' --config '\(configuration)' --output there",
            ] {
                let command = try Command.shell("ulimit -f 20; \(line)", in: folder)
                #expect(command.status == 1, "\(line): \(command.errors)")
                let left = FileManager.default.enumerator(atPath: folder.path)?.allObjects.compactMap { $0 as? String } ?? []
                #expect(Set(left).isSubset(of: ["there", "place", "place/folder"]), "\(line): \(left)")
            }
            #expect(FileSystem.kind(of: folder.appending(path: "there")) == .folder)
        }
    }

    /// A run's weights, as PyTorch would have saved them, start a training and are told.
    @Test(.enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"))
    func weightsOfPyTorchStartATraining() throws {
        let run = try TrainedRun.shared()
        let script = """
            import json, struct, sys, torch
            raw = open(sys.argv[1], "rb").read()
            length = struct.unpack("<Q", raw[:8])[0]
            header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
            state = {}
            for name, entry in header.items():
                if name == "__metadata__": continue
                begin, end = entry["data_offsets"]
                state["module." + name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
            torch.save({"model_state_dict": state, "ema": {name: 2 * t for name, t in state.items()}, "iteration": 5}, sys.argv[2])
            """
        try withTemporaryFolder { folder in
            let weights = folder.appending(path: "w.pth")
            #expect(try PeerPython.run(["-c", script, run.checkpoint.path, weights.path]).status == 0)
            let made = try Command.run(
                ["import", weights.path, "--config", run.url.appending(path: "configuration.yaml").path, "--output", "same"],
                in: folder)
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.errors.contains("under 'model_state_dict.module.'; it has others under 'ema.module.'"), "\(made.errors)")
            func labels(_ model: String) throws -> Samples {
                let file = folder.appending(path: UUID().uuidString + ".nii.gz")
                let said = try Command.run(["predict", run.image.path, "--model", model, "--output", file.path], in: folder)
                #expect(said.status == 0, "\(said.errors)")
                return try ImageFile.read(file).samples
            }
            #expect(try labels("same") == labels(run.url.path))
            let trained = try Command.run(
                [
                    "train", run.url.appending(path: "configuration.yaml").path, "--output", "on", "--set",
                    "training.stages.0.from=\(weights.path)", "--set", "training.stages.0.epochs=1",
                ], in: folder)
            #expect(
                trained.status == 0 && trained.errors.contains("the weights are those of \(weights.path) under"),
                "\(trained.errors)")
        }
    }
}
