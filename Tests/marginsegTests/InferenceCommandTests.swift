import Foundation
import MedicalImages
import Phantoms
import TestSupport
import Testing

/// Windows, mirrors and ensembles from the command line.
@Suite struct InferenceCommandTests {
    private func labels(_ options: [String], in folder: URL, _ name: String) throws -> Samples {
        let run = try TrainedRun.shared()
        let file = folder.appending(path: "\(name).nii.gz")
        let command = try Command.run(
            ["predict", run.image.path, "--model", run.url.path, "--output", file.path] + options, in: folder)
        #expect(command.status == 0, "\(command.errors)")
        return try ImageFile.read(file).samples
    }

    @Test func windowsAndMirrorsLabelEveryVoxel() throws {
        try withTemporaryFolder { folder in
            let alone = try labels([], in: folder, "alone")
            // A window that holds the whole input is the input.
            #expect(try labels(["--window", "512x512"], in: folder, "window").count == alone.count)
            #expect(try labels(["--mirror", "horizontal,vertical"], in: folder, "mirror").count == alone.count)
        }
    }

    /// The same file, by whatever name, and a copy of it.
    @Test func aModelIsNotAveragedWithItself() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run.checkpoint, to: folder.appending(path: "copy.safetensors"))
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "link.safetensors"), withDestinationURL: run.checkpoint)
            let rows = [
                (
                    run.url.path,
                    "\(run.checkpoint.path) cannot be averaged with itself: it is named twice; name each model once\n"
                ),
                (
                    "copy.safetensors",
                    "\(folder.path)/copy.safetensors cannot be averaged with itself: \(run.checkpoint.path) "
                        + "holds the same; name one of them\n"
                ),
                (
                    "link.safetensors",
                    "\(folder.path)/link.safetensors cannot be averaged with itself: \(run.checkpoint.path) "
                        + "holds the same; name one of them\n"
                ),
            ]
            for (other, says) in rows {
                let command = try Command.run(
                    ["predict", run.image.path, "--model", run.url.path, "--model", other, "--output", "o.nii.gz"], in: folder)
                #expect((command.status, command.output, command.errors) == (1, "", "Error: " + says))
            }
        }
    }

    /// A run's own file holds its own scores alone.
    @Test func otherScoresDoNotTakeThePlaceOfARunsOwn() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "run")
            try FileManager.default.copyItem(at: run.url, to: copy)
            try? FileManager.default.removeItem(at: copy.appending(path: "evaluation-test.json"))
            func evaluate(_ options: String...) throws -> Command {
                try Command.run(
                    ["evaluate", "run", "--data", run.data.path, "--resamples", "10", "--save", "run/evaluation-test.json"]
                        + options, in: folder)
            }
            for options in [["--mirror", "horizontal"], ["--precision", "bfloat16"], ["--split", "validation"]] {
                let command = try evaluate(options[0], options[1])
                #expect((command.status, command.output) == (1, ""), "\(options)")
                #expect(
                    command.errors.hasSuffix(
                        "Error: \(copy.path)/evaluation-test.json cannot take these scores: there the run keeps its own: of its "
                            + "cases of that split, in the usual way, in float32, by itself; name another file\n"),
                    "\(command.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: copy.appending(path: "evaluation-test.json").path))
            #expect(try evaluate().status == 0)
        }
    }

    @Test func windowsOfAnInputThatWasSeenWhole() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            func predict(_ name: String, _ options: String...) throws -> Command {
                try Command.run(
                    ["predict", run.image.path, "--model", run.url.path, "--output", "\(name).nii.gz"] + options, in: folder)
            }
            let trained = try predict("trained", "--window", "trained")
            #expect(trained.status == 0)
            #expect(
                trained.errors
                    == "note: \(run.checkpoint.path) was trained on whole inputs, which are used for --window trained; "
                    + "a size moves a window\n")
            for (name, size) in [("a", "16×16"), ("b", "16X16"), ("c", "16x16")] {
                #expect(try predict(name, "--window", size).errors == "")
            }
            let bytes = try ["a", "b", "c"].map { try Data(contentsOf: folder.appending(path: "\($0).nii.gz")) }
            #expect(Set(bytes).count == 1)
        }
    }

    /// Said before the work, which nobody waits for.
    @Test func veryManyPassesAreTold() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try CTPhantom(cases: 3, width: 32, height: 32, depth: 16, seed: 5).write(to: folder.appending(path: "data"))
            let command = try Command.start(
                [
                    "predict", "data/images", "--model", run.url.path, "--output", "out", "--window", "1x1", "--mirror",
                    "horizontal,vertical", "--threads", "1",
                ], in: folder)
            while command.isRunning, !command.errors.contains("passes") { usleep(20_000) }
            command.send(SIGKILL)
            let ended = try command.wait()
            #expect(ended.status == -SIGKILL)
            #expect(
                ended.errorLines.first
                    == "note: these windows make up to 65536 passes through the network for one case, 196608 for all; a larger --window "
                    + "or --step makes fewer", "\(ended.errors)")
        }
    }

    @Test func boundsSayHowScoresWereMade() throws {
        let run = try TrainedRun.shared()
        for (options, way) in [([], nil), (["--mirror", "horizontal"], "mirroring (horizontal)")] as [([String], String?)] {
            let command = try Command.run(["bound", run.url.path, "--split", "test", "--json"] + options)
            let object = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
            #expect(object?["inference"] as? String == way)
        }
    }

    @Test func scoresMadeOtherwiseAreNotTheRunsOwn() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "run")
            try FileManager.default.copyItem(at: run.url, to: copy)
            try? FileManager.default.removeItem(at: copy.appending(path: "evaluation-test.json"))
            let command = try Command.run(
                ["evaluate", "run", "--data", run.data.path, "--mirror", "horizontal", "--save", "m.json"], in: folder)
            #expect(command.status == 0, "\(command.errors)")
            #expect(command.output.contains("Scores come from mirroring (horizontal)."))
            let json = try String(contentsOf: folder.appending(path: "m.json"), encoding: .utf8)
            #expect(json.contains(#""inference":"mirroring (horizontal)""#))
            #expect(!FileManager.default.fileExists(atPath: copy.appending(path: "evaluation-test.json").path))
        }
    }

    @Test(arguments: [
        (["--window", "64"], "expected rows and columns such as 256x256"), (["--window", "0x8"], "expected rows and columns"),
        (["--mirror", "left"], "expected horizontal, vertical, depth"), (["--step", "0.5"], "sees whole inputs; add --window."),
        (["--window", "16 by 16"], "expected rows and columns"),
        (["--mirror", "depth"], "expected horizontal, vertical, or trained"),
        (["--max-memory", "0"], "--max-memory needs GB above 0, such as 2.5, found 0.0."),
        (["--window", "8x8", "--step", "0"], "--step needs a number above 0, up to 1, found 0.0."),
    ])
    func wrongUsageIsTold(_ options: [String], says: String) throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let command = try Command.run(["predict", run.image.path, "--model", run.url.path] + options, in: folder)
            #expect(command.status == 64 && command.errors.contains(says), "\(command.errors)")
        }
    }

    /// Less memory gives the same labels, or is refused with what to do.
    @Test func memoryIsToldAndKept() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let command = { (limit: String, name: String) in
                try Command.run(
                    ["predict", run.image.path, "--model", run.url.path, "--output", name, "--max-memory", limit], in: folder)
            }
            let much = try command("64", "much.nii.gz")
            #expect(much.status == 0 && much.errors.contains("GB of memory"), "\(much.errors)")
            let little = try command("0.001", "little.nii.gz")
            #expect(
                little.status == 1
                    && little.errors.contains("and 0.0 GB are free; --max-memory leaves no more: raise it, or choose a --window"),
                "\(little.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["much.nii.gz"])
        }
    }

    @Test func volumesOfWindowsAreNoPlanes() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let command = try Command.run(
                ["predict", run.image.path, "--model", run.url.path, "--output", "o.nii.gz", "--window", "8x8x8"], in: folder)
            #expect(command.status == 64)
            #expect(
                command.errors.hasPrefix(
                    "Error: --window 8x8x8: \(run.checkpoint.path) was trained on planes; expected rows and columns, as in 256x256, or "
                        + "trained.\n"), "\(command.errors)")
        }
    }
}
