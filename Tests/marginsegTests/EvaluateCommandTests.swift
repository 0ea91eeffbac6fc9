import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct EvaluateCommandTests {
    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    // MARK: A run

    /// A copy of the trained run, which others read while this test writes its scores.
    private func copy(of run: TrainedRun, to url: URL) throws {
        try FileManager.default.copyItem(at: run.url, to: url)
    }

    @Test func scoresTheRunWhereItsDataLie() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try copy(of: run, to: folder.appending(path: "a"))
            let command = try Command.run(
                [
                    "evaluate", "a", "--split", "train", "--save-predictions", "labels", "--overlay", "cases.png", "--resamples",
                    "50",
                ], in: folder)
            #expect((command.status, command.errors) == (0, ""))
            #expect(command.output.hasPrefix("a on train, native resolution: 4 cases, each by itself\n\n"))
            for words in [
                "background", "foreground", "IoU % [95 %]", "mean of foreground", "per-case mean, foreground",
                "Intervals: bootstrap over the 4 cases, 50 resamples, seed 0.", "At the network's size: mean IoU",
                "Expected calibration error there: ", "Hausdorff mm", "Kept in a/evaluation-train.json.",
            ] {
                #expect(command.output.contains(words), "\(words)")
            }
            let labels = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "labels").path)
            #expect(labels.count == 4)
            #expect(try PNG.readInfo(folder.appending(path: "cases.png")).extent.width > 4 * 32)

            // What was written scores as the run did.
            let masks = folder.appending(path: "masks")
            try FileManager.default.createDirectory(at: masks, withIntermediateDirectories: true)
            for name in labels {
                try FileManager.default.copyItem(
                    at: run.data.appending(path: "labels/\(name)"), to: masks.appending(path: name))
            }
            let again = try Command.run(
                [
                    "evaluate", "--predictions", "labels", "--masks", "masks", "--json", "--resamples", "50", "--groups",
                    run.data.appending(path: "split.csv").path,
                ], in: folder)
            #expect((again.status, again.errors) == (0, ""))
            let kept = try object(String(contentsOf: folder.appending(path: "a/evaluation-train.json"), encoding: .utf8))
            let (native, other) = (kept["native"] as? [String: Any], try object(again.output)["native"] as? [String: Any])
            for key in ["store", "surfaces"] {
                let (first, second) = (native?[key] as? NSObject, other?[key] as? NSObject)
                #expect(first != nil && first == second, "\(key)")
            }
        }
    }

    /// The numbers that chose the checkpoint are those that `evaluate` finds.
    @Test func evaluateAndTrainingAgree() throws {
        let run = try TrainedRun.shared()
        let evaluation = try Command.run(["evaluate", run.checkpoint.path, "--split", "validation", "--json"])
        #expect((evaluation.status, evaluation.errors) == (0, ""))
        let manifest = try Command.run(["inspect", run.checkpoint.path, "--json"])
        #expect((manifest.status, manifest.errors) == (0, ""))
        let native = try #require(try object(evaluation.output)["native"] as? [String: Any])
        let found = try #require(native["summary"] as? [String: Any])
        let stored = try object(manifest.output)
        let validation = try #require(stored["validation"] as? [String: Any])
        #expect(NSDictionary(dictionary: found) == NSDictionary(dictionary: validation))
        #expect(found["pixels"] as? Int == 2 * 32 * 32)
        #expect(stored["stage_name"] as? String == "margin")
    }

    // MARK: Background and regions

    /// Truth and prediction of 4×2 pixels with the values 0, 1 and 2: 1 and 2 are taken for one another, their union is right.
    private func writeNested(in folder: URL) throws {
        for (part, pixels) in [("masks", [0, 1, 1, 2, 2, 0, 0, 0]), ("out", [0, 2, 2, 1, 1, 0, 0, 0])] as [(String, [UInt8])] {
            let place = folder.appending(path: part)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for name in ["a", "b"] { try PNG.write(gray: pixels, width: 4, height: 2, to: place.appending(path: "\(name).png")) }
        }
    }

    private func rows(_ output: String) -> [String: String] {
        Dictionary(
            output.split(separator: "\n").compactMap { line in
                line.firstMatch(of: /^(.*?)  +([\d.]+|n\/a)/).map { (String($0.1), String($0.2)) }
            }
        ) { first, _ in first }
    }

    @Test func regionsAreScoredAsRegions() throws {
        try withTemporaryFolder { folder in
            try writeNested(in: folder)
            for part in ["imagesTr", "labelsTr"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: "ds/\(part)"), withIntermediateDirectories: true)
            }
            for number in 1...3 {
                try PNG.write(
                    gray: [0, 9, 9, 9, 9, 0, 0, UInt8(number)], width: 4, height: 2,
                    to: folder.appending(path: "ds/imagesTr/c\(number)_0000.png"))
                try PNG.write(
                    gray: [0, 1, 1, 2, 2, 0, 0, 0], width: 4, height: 2, to: folder.appending(path: "ds/labelsTr/c\(number).png"))
            }
            let description = """
                {"channel_names": {"0": "MR"}, "file_ending": ".png", "numTraining": 3,
                 "labels": {"background": 0, "whole tumor": [1, 2], "core": [2]}}
                """
            try Data(description.utf8).write(to: folder.appending(path: "ds/dataset.json"))
            try Data("data: {folder: ds}\n".utf8).write(to: folder.appending(path: "c.yaml"))
            let command = try Command.run(
                ["evaluate", "--predictions", "out", "--masks", "masks", "--config", "c.yaml", "--surface", "--save", "e.json"],
                in: folder)
            #expect((command.status, command.errors) == (0, ""))
            let found = rows(command.output)
            #expect(found["whole tumor"] == "100.00" && found["core"] == "0.00", "\(command.output)")
            #expect(found["whole tumor without core"] == "0.00" && found["mean of regions"] == "50.00")
            #expect(
                command.output.contains(
                    "A region is scored as the union of its classes: whole tumor (whole tumor without core, core), core."))
            #expect(command.output.contains(/whole tumor +0\.00 +0\.00 +0\.00 +100\.00/), "its surface")
            let compared = try Command.run(["compare", "e.json", "e.json"], in: folder)
            #expect((compared.status, compared.errors) == (0, ""))
            #expect(compared.output.contains("iou:whole tumor") && !compared.output.contains("without"))
            let table = try Command.run(
                ["evaluate", "--predictions", "out", "--masks", "masks", "--config", "c.yaml", "--no-surface", "--csv"],
                in: folder)
            #expect(table.output.contains("native,a,a,whole tumor,4,0,0,4,1.0,1.0,"), "\(table.output)")
        }
    }

    static let backgrounds: [(options: [String], mean: String, value: String)] = [
        ([], "mean of foreground", "0.00"), (["--background", "ground"], "mean of foreground", "0.00"),
        (["--background", "one"], "mean of foreground", "50.00"), (["--background", "none"], "mean of all classes", "33.33"),
    ]

    @Test(arguments: backgrounds)
    func theBackgroundCanBeNamed(_ row: (options: [String], mean: String, value: String)) throws {
        try withTemporaryFolder { folder in
            try writeNested(in: folder)
            let command = try Command.run(
                ["evaluate", "--predictions", "out", "--masks", "masks", "--no-surface", "--classes", "ground=0,one=1,two=2"]
                    + row.options, in: folder)
            #expect((command.status, command.errors) == (0, ""))
            #expect(rows(command.output)[row.mean] == row.value, "\(command.output)")
            #expect(command.output.contains("mean with background") == (row.mean == "mean of foreground"))
            #expect(command.output.contains("No background: the means go over all classes.") == row.options.contains("none"))
        }
    }

    @Test func aBackgroundThatIsNoClassIsRefused() throws {
        try withTemporaryFolder { folder in
            try writeNested(in: folder)
            let command = try Command.run(
                ["evaluate", "--predictions", "out", "--masks", "masks", "--background", "back"], in: folder)
            #expect(command.status == 1)
            #expect(command.errors.contains("no class is called 'back'; expected one of background, class_1, class_2, or none"))
        }
    }

    // MARK: Folders of any program's files

    /// Pictures of 2×2 in out/ and masks/, of values 0 and 255.
    private func writePictures(in folder: URL, out: [String], masks: [String]) throws {
        for (part, names) in [("out", out), ("masks", masks)] {
            let place = folder.appending(path: part)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for (index, name) in names.enumerated() {
                let pixels: [UInt8] = part == "masks" || index % 2 == 0 ? [0, 255, 255, 0] : [0, 255, 0, 0]
                try PNG.write(gray: pixels, width: 2, height: 2, to: place.appending(path: "\(name).png"))
            }
        }
    }

    private let folders = ["evaluate", "--predictions", "out", "--masks", "masks"]

    @Test func tellsWhatWasLeftOut() throws {
        try withTemporaryFolder { folder in
            try writePictures(in: folder, out: ["a", "b", "c", "x"], masks: ["a", "b", "c", "d"])
            try PNG.write(gray: [0, 255], width: 2, height: 1, to: folder.appending(path: "out/c.png"))
            let arguments = folders + ["--classes", "background=0,lesion=255"]
            let command = try Command.run(arguments, in: folder)
            #expect(command.status == 2)
            #expect(command.output.hasPrefix("out on masks, native resolution: 2 cases, each by itself\n"))
            #expect(
                command.errorLines.map { $0.replacingOccurrences(of: folder.path, with: "DIR") } == [
                    "left out: DIR/masks/d.png: no prediction of this name in DIR/out",
                    "left out: DIR/out/x.png: no mask of this name in DIR/masks",
                    "left out: DIR/out/c.png: 2×1×1 voxels, expected 2×2×1 as DIR/masks/c.png; resample one onto the other's grid",
                ])
            let json = try Command.run(arguments + ["--json"], in: folder)
            #expect(json.status == 2)
            let problems = try #require(try object(json.output)["problems"] as? [[String: Any]])
            #expect(problems.compactMap { $0["kind"] as? String } == ["missing", "extra", "geometry"])
        }
    }

    @Test func printsEveryCaseForOtherPrograms() throws {
        try withTemporaryFolder { folder in
            try writePictures(in: folder, out: ["a", "b"], masks: ["a", "b"])
            try Data("file,patient\na,p\nb,p\n".utf8).write(to: folder.appending(path: "groups.csv"))
            let command = try Command.run(
                folders + ["--classes", "background=0,lesion=255", "--groups", "groups.csv", "--surface", "--csv"], in: folder)
            #expect((command.status, command.errors) == (0, ""))
            #expect(
                command.output == """
                    resolution,group,case,class,true_positives,false_positives,false_negatives,true_negatives,iou,dice,recall,\
                    precision,specificity,hausdorff,hausdorff_95,average_symmetric_surface_distance,normalized_surface_dice
                    native,p,a,background,2,0,0,2,1.0,1.0,1.0,1.0,1.0,,,,
                    native,p,a,lesion,2,0,0,2,1.0,1.0,1.0,1.0,1.0,0.0,0.0,0.0,1.0
                    native,p,b,background,2,1,0,1,0.6666666666666666,0.8,1.0,0.6666666666666666,0.5,,,,
                    native,p,b,lesion,1,0,1,2,0.5,0.6666666666666666,0.5,1.0,1.0,1.4142135623730951,1.3435028842544403,\
                    0.47140452079103173,0.6666666666666666

                    """,
                "\(command.output)")
        }
    }

    @Test func classesAreProposed() throws {
        try withTemporaryFolder { folder in
            try writePictures(in: folder, out: ["a"], masks: ["a"])
            let command = try Command.run(folders, in: folder)
            #expect((command.status, command.output) == (1, ""))
            #expect(
                command.errors.replacingOccurrences(of: folder.path, with: "DIR")
                    == "Error: DIR/masks: the masks hold the values 0, 255, which do not name classes 0, 1, …; name them: "
                    + "if the order is right, --classes background=0,foreground=255\n")
        }
    }

    /// The masks' spacing was lost; what was predicted lies on the images' grid.
    @Test(arguments: [
        ["--label-grid", "fromImage", "--classes", "background=0-127,lesion=255|128-254"], ["--config", "c.yaml"],
    ])
    func aLostHeaderIsPassedOver(_ choice: [String]) throws {
        try withTemporaryFolder { folder in
            for (part, spacing) in [("out", 2.0), ("masks", 1)] {
                let file = folder.appending(path: "\(part)/a.nii.gz")
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try NIfTI.write(
                    .uint8([0, 255, 250, 0, 3, 0, 0, 0]), extent: Extent(width: 2, height: 2, depth: 2),
                    geometry: VoxelGeometry(spacing: [spacing, spacing, spacing]), to: file)
            }
            let yaml = """
                data:
                  label_grid: fromImage
                  classes: [{name: background, values: [0-127]}, {name: lesion, values: [255, 128-254]}]
                """
            try Data(yaml.utf8).write(to: folder.appending(path: "c.yaml"))
            let plain = try Command.run(folders + ["--classes", "background=0-127,lesion=255|128-254"], in: folder)
            #expect(plain.status == 1)
            #expect(plain.errorLines.contains { $0.hasSuffix("compare voxel by voxel: --label-grid fromImage") })
            let command = try Command.run(folders + choice, in: folder)
            #expect((command.status, command.errors) == (0, ""))
            #expect(command.output.contains("lesion"))
        }
    }

    @Test func nothingToScoreIsAFailure() throws {
        try withTemporaryFolder { folder in
            try writePictures(in: folder, out: ["a"], masks: ["b"])
            let command = try Command.run(folders + ["--classes", "background=0,lesion=255"], in: folder)
            #expect((command.status, command.output) == (1, ""))
            #expect(
                command.errorLines.last?.replacingOccurrences(of: folder.path, with: "DIR")
                    == "Error: DIR/out cannot be scored: no label file has a mask that it can be compared with")
            #expect(command.errorLines.count == 3)
        }
    }

    static let misuses: [(arguments: String, says: String)] = [
        ("evaluate", "Error: Name either a run, or --predictions with --masks."),
        ("evaluate run --predictions a --masks b", "Error: Name either a run, or --predictions with --masks."),
        ("evaluate --predictions a", "Error: --predictions and --masks go together."),
        (
            "evaluate run --classes a=0,b=1",
            "Error: --classes, --background, --config, --label-grid and --groups belong to --predictions; a run knows its own."
        ),
        (
            "evaluate --predictions a --masks b --overlay c.png",
            "Error: --data, --save-predictions and --overlay belong to a run."
        ),
        ("evaluate run --json --csv", "Error: Choose --json or --csv."),
        ("evaluate run --tolerance=-1", "Error: --tolerance needs 0 or more, found -1.0."),
        ("compare run", "Error: Name two places or more to compare."),
    ]

    @Test(arguments: misuses)
    func wrongUsageIsTold(_ row: (arguments: String, says: String)) throws {
        let command = try Command.run(row.arguments.split(separator: " ").map(String.init))
        #expect((command.status, command.output) == (64, ""))
        #expect(command.errorLines.first == row.says)
    }

    @Test(arguments: [
        ("a", "'a': expected a name and its values, as in lesion=1, lesion=1|2 or lesion=128-255."),
        ("a=x,b=1", "'a=x': expected a name and its values, as in lesion=1, lesion=1|2 or lesion=128-255."),
        ("=0,b=1", "'=0': expected a name and its values, as in lesion=1, lesion=1|2 or lesion=128-255."),
        ("a=0", "it names one class; expected two or more, the background among them."),
        ("a=0,a=1", "two classes are named a; join their values with |."),
        ("a=0-3,b=2", "the value 2 belongs to a and to b; give it to one of them."),
    ])
    func classesThatCannotBeMeantAreRefused(_ classes: String, says: String) throws {
        let command = try Command.run(["evaluate", "--predictions", "a", "--masks", "b", "--classes", classes])
        #expect(command.status == 64)
        let line = try #require(command.errorLines.first)
        #expect(
            line.hasPrefix("Error: The value '\(classes)' is invalid for '--classes") && line.hasSuffix(says), "\(line)")
    }

    /// A run's own scores are those of its own cases; others are kept where that is asked for.
    @Test func scoresOfOtherDataAreNotTheRuns() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try copy(of: run, to: folder.appending(path: "a"))
            let kept = folder.appending(path: "a/evaluation-test.json")
            try? FileManager.default.removeItem(at: kept)
            func evaluate(_ arguments: [String]) throws -> Command {
                try Command.run(["evaluate", "a", "--resamples", "10"] + arguments, in: folder)
            }
            #expect(try evaluate(["--data", run.data.path]).output.contains("Kept in a/evaluation-test.json"))
            let own = try Data(contentsOf: kept)
            for kind in ["images", "labels"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: "other/\(kind)"), withIntermediateDirectories: true)
                for index in 1...6 {
                    try FileManager.default.copyItem(
                        at: run.data.appending(path: "\(kind)/case_0\(index).nii.gz"),
                        to: folder.appending(path: "other/\(kind)/hospital_\(index).nii.gz"))
                }
            }
            let other = try evaluate(["--data", "other"])
            #expect(other.status == 0 && !other.output.contains("Kept in"))
            #expect(other.errors.contains("note: none of the cases that the model knows by name is in "))
            #expect(other.errors.contains("note: a keeps scores of its own cases alone; --save keeps these\n"))
            #expect(try Data(contentsOf: kept) == own)
            #expect(try evaluate(["--data", "other", "--save", "b.json"]).output.contains("Kept in b.json"))
        }
    }

    // MARK: Comparisons

    @Test func comparesRunsOnTheSameCases() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            for (name, checkpoint) in [("a", "best"), ("b", "stage-1-pretraining")] {
                try copy(of: run, to: folder.appending(path: name))
                let weights = try Data(contentsOf: folder.appending(path: "\(name)/\(checkpoint).safetensors"))
                try weights.write(to: folder.appending(path: "\(name)/best.safetensors"))
                // Other tests evaluate the run that was copied.
                try? FileManager.default.removeItem(at: folder.appending(path: "\(name)/evaluation-test.json"))
                let scored = try Command.run(
                    ["evaluate", name, "--split", "train", "--resamples", "50"], in: folder)
                #expect(scored.status == 0, "\(scored.errors)")
            }
            let table = try Command.run(["compare", "a", "b", "--split", "train", "--resamples", "200"], in: folder)
            #expect((table.status, table.errors) == (0, ""))
            #expect(
                table.output.hasPrefix(
                    "Reference: a. Native resolution, 4 cases; tested over 4 cases, each a patient or video of its own.\n"))
            for words in ["miou_foreground", "dice_foreground", "bootstrap p", "Wilcoxon p", "over the 2 rows"] {
                #expect(table.output.contains(words), "\(words)")
            }
            let json = try Command.run(
                [
                    "compare", "a,b/evaluation-train.json", "a", "--split", "train", "--score", "iou:foreground", "--json",
                    "--resamples", "50",
                ], in: folder)
            #expect((json.status, json.errors) == (0, ""))
            let rows = try #require(try object(json.output)["rows"] as? [[String: Any]])
            #expect(rows.count == 1 && rows[0]["score"] as? String == "iou:foreground")

            let missing = try Command.run(["compare", "a", "b"], in: folder)
            #expect(missing.status == 1)
            #expect(
                missing.errors.replacingOccurrences(of: folder.path, with: "DIR")
                    == "Error: DIR/a has no evaluation on the split 'test': evaluation-test.json is missing; "
                    + "run marginseg evaluate on it first\n")
            let test = try Command.run(["evaluate", "b", "--resamples", "50"], in: folder)
            #expect(test.status == 0)
            let other = try Command.run(["compare", "a/evaluation-train.json", "b/evaluation-test.json"], in: folder)
            #expect((other.status, other.output) == (1, ""))
            #expect(
                other.errors.contains("were not scored on the same cases: 4 cases only in a: patient_01/case_01")
            )
            let unknown = try Command.run(
                ["compare", "a", "b", "--split", "train", "--score", "iou"], in: folder)
            #expect(unknown.errors.hasPrefix("Error: 'iou' is no score; expected for example miou_foreground"))
        }
    }
}
