import Foundation
import MedicalImages
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

    @Test func aModelAveragedWithItselfIsTheModel() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let alone = try labels([], in: folder, "alone")
            #expect(try labels(["--model", run.url.path], in: folder, "twice") == alone)
            // A window that holds the whole input is the input.
            #expect(try labels(["--window", "512x512"], in: folder, "window").count == alone.count)
            #expect(try labels(["--mirror", "horizontal,vertical"], in: folder, "mirror").count == alone.count)
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
        (["--mirror", "left"], "expected horizontal, vertical, depth"), (["--step", "0.25"], "--step belongs to --window."),
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
                    && little.errors.contains("and 0.0 GB are free; raise --max-memory, or choose a smaller --window"),
                "\(little.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["much.nii.gz"])
        }
    }

    @Test func volumesOfWindowsAreNoPlanes() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let command = try Command.run(
                ["predict", run.image.path, "--model", run.url.path, "--output", "o.nii.gz", "--window", "8x8x8"], in: folder)
            #expect(command.status == 1)
            #expect(
                command.errors
                    == "Error: the window: 8×8×8 (planes × rows × columns); expected rows and columns, as the network has them\n")
        }
    }
}
