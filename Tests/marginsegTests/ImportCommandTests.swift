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

    /// Networks of planes and volumes, plain and residual, one and two folds, that nnU-Net trained for some steps, on volumes of two
    /// spacings: our labels are those that it predicts itself.
    @Test(.enabled(if: hasNnUNet, "\(PeerPython.missing("nnunetv2")), or \(TestFolders.noRealData)"))
    func labelsOfNnUNetsModelsAreItsOwn() throws {
        let data = try #require(TestFolders.realData).appending(path: "hippocampus-mr-nifti")
        let script = TestFolders.package.appending(path: "Tests/Golden/nnunet.py")
        try withTemporaryFolder { folder in
            #expect(try PeerPython.run([script.path, data.path, folder.path]).status == 0)
            let results = folder.appending(path: "results/Dataset004_Hippocampus")
            let trainings = try FileSystem.list(results)
            #expect(trainings.count == 3)
            for training in trainings {
                let name = training.lastPathComponent
                let made = try Command.run(["import", training.path, "--output", "runs/\(name)"], in: folder)
                #expect(made.status == 0, "\(made.errors)")
                let said = try Command.run(
                    ["predict", "images", "--model", "runs/\(name)", "--output", "ours/\(name)/"], in: folder)
                #expect(said.status == 0, "\(said.errors)")
                var foreground = 0
                for file in try FileSystem.list(folder.appending(path: "ours/\(name)")) {
                    let theirs = folder.appending(path: "predictions/\(name)/\(file.lastPathComponent)")
                    let (ours, expected) = (try ImageFile.read(file).realValues(), try ImageFile.read(theirs).realValues())
                    foreground += expected.count { $0 > 0 }
                    let agreement = Self.dice(ours, expected)
                    #expect(agreement >= 0.999, "\(name), \(file.lastPathComponent): Dice \(agreement)")
                }
                #expect(foreground > 1000, "a network that finds nothing agrees with any other")
                let card = try Command.run(["show", "runs/\(name)"], in: folder)
                #expect(
                    card.status == 0 && card.output.contains("cases: not known")
                        && card.output.contains("nnU-Net's nnUNetTrainer, fold 0") && card.output.contains("mirroring ("))
            }
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
            try FileManager.default.createDirectory(at: folder.appending(path: "empty"), withIntermediateDirectories: true)
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
