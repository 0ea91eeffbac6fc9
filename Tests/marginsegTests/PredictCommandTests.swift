import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct PredictCommandTests {
    private static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func oneBadScanIsNamedAtTheEnd() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for name in ["a", "b", "c"] {
                try FileManager.default.copyItem(at: run.image, to: scans.appending(path: "\(name).nii.gz"))
            }
            try Data(contentsOf: run.image).dropLast(200).write(to: scans.appending(path: "b.nii.gz"))
            let arguments = ["predict", "scans", "--model", run.url.path, "--output", "out"]
            let command = try Command.run(arguments, in: folder)
            #expect(command.status == 2)
            #expect(command.output == "\(folder.path)/out/a.nii.gz\n\(folder.path)/out/c.nii.gz\n")
            #expect(command.errorLines.count == 1)
            #expect(command.errors.hasPrefix("left out: \(scans.path)/b.nii.gz: "))
            #expect(try Self.names(in: folder.appending(path: "out")) == ["a.nii.gz", "c.nii.gz"])

            let again = try Command.run(arguments, in: folder)
            #expect((again.status, again.output) == (1, ""))
            #expect(
                again.errors == "Error: \(folder.path)/out/a.nii.gz cannot be written: it exists already, as does 1 more of 3; "
                    + "name another --output, or add --overwrite to replace what is there\n")
            let replaced = try Command.run(arguments + ["--overwrite"], in: folder)
            #expect((replaced.status, replaced.output) == (2, command.output))

            for name in ["a", "c"] { try FileManager.default.removeItem(at: scans.appending(path: "\(name).nii.gz")) }
            let alone = try Command.run(["predict", "scans", "--model", run.url.path, "--output", "none"], in: folder)
            #expect((alone.status, alone.output) == (1, ""))
            #expect(alone.errors.hasPrefix("Error: \(scans.path)/b.nii.gz: "))
        }
    }

    /// Every line is an object of its own, in the order of the work.
    @Test func programsReadWhatHappens() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for name in ["a", "c"] {
                try FileManager.default.copyItem(at: run.image, to: scans.appending(path: "\(name).nii.gz"))
            }
            try Data("x".utf8).write(to: scans.appending(path: "b.nii.gz"))
            let command = try Command.run(["predict", "scans", "--model", run.url.path, "--output", "out", "--json"], in: folder)
            #expect(command.status == 2)
            let lines = try command.output.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            func all(_ event: String, _ key: String) -> [String] {
                lines.filter { $0["event"] as? String == event }.map { "\($0[key] ?? "nothing")" }
            }
            #expect(lines.first?["event"] as? String == "planned")
            #expect((lines.first?["cases"] as? Int, lines.first?["planes"] as? Int) == (3, 4))
            #expect((lines.first?["kept"] as? Int, lines.first?["left_out"] as? Int) == (0, 0))
            #expect(try #require(lines.first?["memory_bytes"] as? Int) > 0)
            #expect(all("started", "case") == ["a", "b", "c"])
            #expect(all("written", "path") == ["\(folder.path)/out/a.nii.gz", "\(folder.path)/out/c.nii.gz"])
            #expect(all("written", "planes") == ["2", "2"] && all("written", "number") == ["1", "3"])
            #expect(all("left_out", "case") == ["b"])
            #expect(all("left_out", "problem")[0].hasPrefix("\(scans.path)/b.nii.gz"))
            let progress = lines.filter { $0["event"] as? String == "progress" }
            #expect(progress.contains { ($0["number"] as? Int, $0["done"] as? Int, $0["of"] as? Int) == (3, 2, 2) })
            let end = try #require(lines.last)
            #expect(end["event"] as? String == "finished")
            #expect(
                [end["written"], end["kept"], end["left_out"], end["exit_code"]].compactMap { $0 as? Int } == [2, 0, 1, 2])

            let again = try Command.run(["predict", "scans/b.nii.gz", "--model", run.url.path, "--json"], in: folder)
            #expect(again.status == 1)
            #expect(
                again.output.split(separator: "\n").last
                    == #"{"event":"finished","exit_code":1,"kept":0,"left_out":0,"written":0}"#)
        }
    }

    /// A folder of runs is their mean; what one of them was trained with is not scored.
    @Test func aFolderOfRunsIsTheirMean() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let other = try Command.run(
                [
                    "train", "--data", run.data.path, "--output", "cv/fold-1", "--set",
                    "data.split={folds: {count: 2, fold: 1, seed: 1}}",
                ]
                    + TrainedRun.settings, in: folder)
            try #require(other.status == 0, "\(other.errors)")
            let first = try Command.run(
                [
                    "train", "--data", run.data.path, "--output", "cv/fold-0", "--set",
                    "data.split={folds: {count: 2, fold: 0, seed: 1}}",
                ]
                    + TrainedRun.settings, in: folder)
            try #require(first.status == 0, "\(first.errors)")
            let predicted = try Command.run(
                ["predict", run.data.path, "--model", "cv", "--split", "validation", "--output", "out"], in: folder)
            #expect(predicted.status == 0, "\(predicted.errors)")
            #expect(predicted.output.split(separator: "\n").count >= 2)
            let scored = try Command.run(["evaluate", "cv", "--split", "validation"], in: folder)
            #expect((scored.status, scored.output) == (1, ""))
            #expect(
                scored.errors.contains(
                    "cv/fold-1/best.safetensors cannot be scored on the validation split: it was trained with "),
                "\(scored.errors)")

            try FileManager.default.createDirectory(at: folder.appending(path: "cv/fold-2"), withIntermediateDirectories: true)
            let refused = try Command.run(["bound", "cv"], in: folder)
            #expect(refused.status == 1)
            #expect(
                refused.errors
                    == "Error: \(folder.path)/cv cannot be used as a folder of runs: fold-2 holds no best.safetensors; "
                    + "finish or move these, or name the runs one by one\n")
        }
    }

    @Test func aCohortIsSharedAndContinued() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for name in ["a", "b", "c"] {
                try FileManager.default.copyItem(at: run.image, to: scans.appending(path: "\(name).nii.gz"))
            }
            func predict(_ options: String...) throws -> Command {
                try Command.run(["predict", "scans", "--model", run.url.path, "--output", "out"] + options, in: folder)
            }
            func path(_ name: String) -> String { "\(folder.path)/out/\(name).nii.gz" }
            let first = try predict("--part", "1/2")
            #expect((first.status, first.output) == (0, "\(path("a"))\n\(path("c"))\n"))
            let last = try predict("--part", "2/2")
            #expect((last.status, last.output) == (0, "\(path("b"))\n"))
            let whole = try Data(contentsOf: URL(filePath: path("b")))

            let done = try predict("--continue")
            #expect((done.status, done.output, done.errors) == (0, "", "note: 3 of 3 are done\n"))
            try FileManager.default.removeItem(atPath: path("b"))
            let rest = try predict("--continue")
            #expect((rest.status, rest.output) == (0, "\(path("b"))\n"))
            #expect(rest.errors.hasPrefix("note: 2 of 3 are done\n"))
            #expect(try Data(contentsOf: URL(filePath: path("b"))) == whole)

            try whole.dropLast(20).write(to: URL(filePath: path("a")))
            let cut = try predict("--continue")
            #expect((cut.status, cut.output) == (1, ""))
            #expect(cut.errors.hasPrefix("Error: \(path("a")) cannot be kept: its gzip stream "))
            #expect(cut.errors.hasSuffix("; remove it, or add --overwrite in place of --continue\n"))
            #expect(try predict("--continue", "--overwrite").status == 64)
            #expect(try predict("--part", "3/2").status == 64)
        }
    }

    /// Weights that are no numbers are told by every command that would use them, in one line.
    @Test func damagedWeightsAreNoPredictions() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            var data = try Data(contentsOf: run.checkpoint)
            data.replaceSubrange(data.count - 8..<data.count, with: Data(repeating: 0xFF, count: 8))
            try data.write(to: folder.appending(path: "m.safetensors"))
            let commands = [
                ["predict", run.image.path, "--model", "m.safetensors", "--output", "out.nii.gz"],
                ["evaluate", "m.safetensors"], ["bound", "m.safetensors"], ["report", "m.safetensors"],
                ["train", "--data", run.data.path, "--output", "next", "--from", "m.safetensors"] + TrainedRun.settings,
            ]
            for arguments in commands {
                let command = try Command.run(arguments, in: folder)
                #expect((command.status, command.output) == (1, ""), "\(arguments[0])")
                #expect(
                    command.errorLines.last?.hasPrefix(
                        "Error: \(folder.path)/m.safetensors cannot be used as a checkpoint: it is damaged: the checksum ")
                        == true,
                    "\(arguments[0]): \(command.errors)")
            }
            #expect(try Self.names(in: folder).filter { $0 != "next" } == ["m.safetensors"])
        }
    }

    /// A file that an option names never takes the place of one that the command reads.
    @Test func noCommandWritesOntoItsInput() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run.data, to: folder.appending(path: "data"))
            try FileManager.default.copyItem(at: run.checkpoint, to: folder.appending(path: "m.safetensors"))
            let image = "data/images/case_01.nii.gz"
            try Data("image,label\n\(image),data/labels/case_01.nii.gz\n".utf8).write(to: folder.appending(path: "list.csv"))
            let rows: [(arguments: [String], file: String)] = [
                (["inspect", "list.csv", "--html", "list.csv"], "list.csv"),
                (["inspect", "data", "--html", image], image),
                (["margins", "data", "--figure", image], image),
                (
                    ["evaluate", "m.safetensors", "--data", "data", "--split", "train", "--save", "m.safetensors"],
                    "m.safetensors"
                ),
                (["evaluate", "m.safetensors", "--data", "data", "--split", "train", "--overlay", image], image),
                (
                    ["evaluate", "m.safetensors", "--data", "data", "--split", "train", "--save-predictions", "data/images"],
                    image
                ),
                (["report", "m.safetensors", "--data", "data", "--output", "m.safetensors"], "m.safetensors"),
                (["predict", image, "--model", "m.safetensors", "--output", image], image),
            ]
            for (arguments, file) in rows {
                let before = try Data(contentsOf: folder.appending(path: file))
                let command = try Command.run(arguments, in: folder)
                #expect((command.status, command.output) == (1, ""), "\(arguments)")
                #expect(
                    command.errors.contains(" cannot be written: it is an input of this command; name another"),
                    "\(command.errors)")
                let after = try Data(contentsOf: folder.appending(path: file))
                #expect(after == before, "\(arguments)")
            }
        }
    }

    /// Labels among the training data would be taken for images or masks of theirs.
    @Test func trainingDataTakeNoPredictions() throws {
        let run = try TrainedRun.shared()
        let before = try Self.names(in: run.data.appending(path: "images"))
        for place in [run.image.path, run.data.appending(path: "images").path] {
            let command = try Command.run(["predict", place, "--model", run.url.path])
            #expect((command.status, command.output) == (1, ""))
            #expect(
                command.errors.contains(
                    " is no place for labels: \(run.data.path) holds the data that the model was trained on, where they would be "
                        + "taken for an image or a mask; name another place by --output\n"), "\(command.errors)")
        }
        let mask = run.data.appending(path: "labels/case_01.nii.gz")
        let drawn = try Data(contentsOf: mask)
        let onto = try Command.run(
            ["predict", run.image.path, "--model", run.url.path, "--output", mask.path, "--overwrite"])
        #expect(
            (onto.status, onto.errors)
                == (1, "Error: \(mask.path) cannot be written: it is an input of this command; name another --output\n"))
        #expect(try Data(contentsOf: mask) == drawn)
        #expect(try Self.names(in: run.data.appending(path: "images")) == before)
    }

    /// Labels beside their images are no images, and where nothing can be labelled no folder is left.
    @Test func whatWasPredictedIsNotPredictedAgain() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(at: folder.appending(path: "scans"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: run.image, to: folder.appending(path: "scans/a.nii.gz"))
            let first = try Command.run(["predict", "scans/a.nii.gz", "--model", run.url.path], in: folder)
            #expect(first.output == "\(folder.path)/scans/a_labels.nii.gz\n")
            let second = try Command.run(["predict", "scans", "--model", run.url.path, "--output", "out"], in: folder)
            #expect((second.status, second.output) == (0, "\(folder.path)/out/a.nii.gz\n"))
            #expect(second.errors == "note: scans/a_labels.nii.gz passed over: labels beside their images\n")

            for name in ["scans/a.nii.gz", "scans/b.nii.gz"] { try Data("x".utf8).write(to: folder.appending(path: name)) }
            let none = try Command.run(["predict", "scans", "--model", run.url.path, "--output", "none"], in: folder)
            #expect((none.status, none.output) == (1, ""))
            #expect(!(try Self.names(in: folder).contains("none")))
            try FileManager.default.createDirectory(at: folder.appending(path: "top"), withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: folder.appending(path: "scans"), to: folder.appending(path: "top/scans"))
            let top = try Command.run(["predict", "top", "--model", run.url.path], in: folder)
            #expect(
                top.errors
                    == "Error: \(folder.path)/top cannot be predicted: there is no image in this folder; the first below it are in "
                    + "\(folder.path)/top/scans\n")
        }
    }

    /// What was computed is seen, even where it cannot be kept.
    @Test func scoresArePrintedBeforeTheyAreKept() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run.url, to: folder.appending(path: "a"))
            // A folder stands where the file should be, which no user may write over.
            try FileManager.default.createDirectory(
                at: folder.appending(path: "a/evaluation-train.json/x"), withIntermediateDirectories: true)
            let command = try Command.run(
                ["evaluate", "a", "--data", run.data.path, "--split", "train", "--resamples", "10"], in: folder)
            #expect(command.status == 1)
            #expect(command.output.contains("mean of foreground") && !command.output.contains("Kept in"))
            #expect(command.errors.hasPrefix("Error: \(folder.path)/a/evaluation-train.json cannot be put in place: "))
        }
    }
}
