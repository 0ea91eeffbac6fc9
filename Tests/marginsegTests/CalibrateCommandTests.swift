import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct CalibrateCommandTests {
    /// A copy of the trained run, whose one validation case cannot show a gain.
    private func withCalibratedRun(_ body: (URL, Command) throws -> Void) throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run.url, to: folder.appending(path: "a"))
            try body(folder, Command.run(["calibrate", "a", "--resamples", "20", "--threads", "1"], in: folder))
        }
    }

    /// Has the stored decision say other offsets.
    private func change(_ folder: URL, _ key: String, to value: Any) throws {
        let file = folder.appending(path: "a/decision.json")
        var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        object[key] = value
        try JSONSerialization.data(withJSONObject: object).write(to: file)
    }

    @Test func saysWhatItFoundAndStored() throws {
        try withCalibratedRun { folder, command in
            #expect((command.status, command.errors) == (0, ""))
            #expect(command.output.hasPrefix("a on validation, native resolution: 1 patient or video\n\ndecision "))
            for words in [
                "\nargmax      none ", "\ncalibrated  0.000, ", "\niou ", "miou_foreground %", "gain in points [95 %]",
                "A single patient or video shows no gain on others.\n",
                "\nStored in a/decision.json: the largest score decides, since one patient or video cannot show a gain; --decision iou has "
                    + "what it needs.\n",
            ] {
                #expect(command.output.contains(words), "\(words)")
            }
            let json = try Command.run(
                ["calibrate", "a", "--json", "--metric", "dice_foreground", "--resamples", "20"], in: folder)
            #expect(json.status == 0)
            let stored = try String(contentsOf: folder.appending(path: "a/decision.json"), encoding: .utf8)
            #expect(json.output == stored && stored.contains(#""metric" : "dice_foreground""#))
        }
    }

    @Test func whatIsStoredIsUsedWhereItIsAskedFor() throws {
        let run = try TrainedRun.shared()
        try withCalibratedRun { folder, _ in
            try change(folder, "offsets", to: [0, 1000])
            func labels(_ options: [String]) throws -> (Set<UInt8>, errors: String) {
                let command = try Command.run(
                    ["predict", run.image.path, "--model", "a", "--output", "out.nii", "--overwrite"] + options, in: folder)
                #expect(command.status == 0, "\(command.errors)")
                guard case .uint8(let values) = try ImageFile.read(folder.appending(path: "out.nii")).samples else {
                    return ([], "")
                }
                return (Set(values), command.errors)
            }
            let everywhere = try labels(["--decision", "calibrated"])
            #expect(
                everywhere.0 == [1]
                    && everywhere.errors.contains("note: classes follow from decision by offsets 0.0, 1000.0, of "))
            let plain = try labels([])
            #expect(plain.0 != [1] && plain.errors.contains("holds offsets that gained, --decision calibrated uses them\n"))
            #expect(try !labels(["--decision", "argmax"]).errors.contains("score decides"))

            let kept = folder.appending(path: "a/evaluation-train.json")
            try? FileManager.default.removeItem(at: kept)
            let evaluation = try Command.run(
                ["evaluate", "a", "--split", "train", "--decision", "calibrated", "--resamples", "20", "--save", "e.json"],
                in: folder)
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            #expect(evaluation.output.contains("Scores come from decision by offsets 0.0, 1000.0."))
            #expect(!FileManager.default.fileExists(atPath: kept.path), "a run keeps scores of argmax")
            let bound = try Command.run(["bound", "a", "--split", "train", "--decision", "calibrated", "--json"], in: folder)
            #expect(bound.status == 0 && bound.errors.contains("note: scores come from decision by offsets 0.0, 1000.0\n"))
            #expect(bound.output.contains(#""iou" : 0"#), "no pixel is background")
            let report = try Command.run(
                ["report", "a", "--split", "train", "--decision", "calibrated", "--resamples", "20"], in: folder)
            #expect(report.status == 0 && report.errors.contains("note: classes follow from decision by offsets"))

            try change(folder, "weights", to: ["other"])
            let refused = try Command.run(["evaluate", "a", "--decision", "calibrated"], in: folder)
            #expect(refused.status == 1 && refused.errors.contains("it was found for other weights, those of other, expected "))
            #expect(refused.errors.contains("run marginseg calibrate on the same models"))
        }
    }

    /// Each run of a folder scores its own validation cases.
    @Test func theRunsOfAFolderAreCalibratedTogether() throws {
        try withCalibratedRun { folder, _ in
            let folds = folder.appending(path: "cv")
            try FileManager.default.createDirectory(at: folds, withIntermediateDirectories: true)
            for name in ["fold-0", "fold-1"] {
                try FileManager.default.copyItem(at: folder.appending(path: "a"), to: folds.appending(path: name))
            }
            let command = try Command.run(["calibrate", "cv", "--resamples", "20", "--json"], in: folder)
            #expect((command.status, command.errors) == (0, ""))
            let own = try String(contentsOf: folder.appending(path: "a/decision.json"), encoding: .utf8)
            let checksum = try #require(own.firstMatch(of: /"weights" : \[\s*("[^"]*")/)?.1)
            #expect(command.output.contains("\(checksum),\n    \(checksum)\n"))
            #expect(FileManager.default.fileExists(atPath: folds.appending(path: "decision.json").path))
            let mixed = try Command.run(["calibrate", "cv", "--with", "a"], in: folder)
            #expect(mixed.status == 64 && mixed.errors.contains("--with belongs to a run; cv holds 2 runs"))
        }
    }

    @Test func theWaysToPredictStandSideBySide() throws {
        let run = try TrainedRun.shared()
        try withCalibratedRun { folder, _ in
            try change(folder, "offsets", to: [0, 1000])
            let table = try Command.run(
                ["evaluate", "a", "--each", "--split", "train", "--resamples", "20", "--mirror", "vertical"], in: folder)
            #expect((table.status, table.errors) == (0, ""))
            #expect(table.output.hasPrefix("a on train, native resolution: 4 cases of 4 patients or videos\n\nscores "))
            for words in [
                "\nplain  ", "argmax ", "calibrated ", "\nmirroring (vertical)  ", "miou_foreground % [95 %]", "s a case",
            ] {
                #expect(table.output.contains(words), "\(words)")
            }
            try FileManager.default.removeItem(at: folder.appending(path: "a/decision.json"))
            let json = try Command.run(
                ["evaluate", "a", "--each", "--split", "train", "--resamples", "20", "--data", run.data.path, "--json"],
                in: folder)
            #expect(json.status == 0)
            #expect(json.errors == "note: a/decision.json is missing: no decision but argmax; marginseg calibrate finds others\n")
            #expect(json.output.contains(#""decision" : "argmax""#) && !json.output.contains("calibrated"))
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "a/evaluation-train.json").path))
        }
    }

    @Test(arguments: [
        (["calibrate", "a", "--resamples", "0"], "--resamples needs 1 or more, found 0."),
        (["bound", "a", "--decision", "iou"], "--decision iou compares gains, which have no margins"),
        (["evaluate", "a", "--each", "--decision", "iou"], "--each prints a table of all ways; --decision,"),
        (["evaluate", "--predictions", "a", "--masks", "b", "--each"], "--each belongs to a run."),
        (["evaluate", "a", "--decision", "best"], "'best' is invalid for '--decision"),
    ])
    func wrongUsageIsTold(_ arguments: [String], says: String) throws {
        let command = try Command.run(arguments)
        #expect(command.status == 64 && command.errors.contains(says), "\(command.errors)")
    }
}
