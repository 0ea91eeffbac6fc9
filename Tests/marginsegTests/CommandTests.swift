import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct CommandTests {
    static let subcommands = [
        "demo", "phantom", "inspect", "plan", "margins", "loss", "train", "evaluate", "calibrate", "compare", "bound",
        "report", "predict", "export", "import", "show", "cross-validate", "select",
    ]

    @Test func helpNamesEverySubcommand() throws {
        let help = try Command.run(["--help"])
        #expect(help.status == 0)
        #expect(help.errors.isEmpty)
        #expect(help.output.contains("USAGE: marginseg <subcommand>"))
        for name in Self.subcommands {
            // A subcommand of two names has both.
            #expect(help.output.contains("\n  \(name) ") || help.output.contains("\n  \(name), "), "\(name)")
        }
        let none = try Command.run([])
        #expect((none.status, none.output) == (0, help.output))
    }

    @Test(arguments: subcommands)
    func everySubcommandExplainsItself(_ name: String) throws {
        let help = try Command.run([name, "--help"])
        #expect(help.status == 0)
        #expect(help.errors.isEmpty)
        #expect(help.output.contains("\nUSAGE: marginseg \(name) "))
        #expect(help.output.contains("\nOPTIONS:\n"))
        // Every option and argument says something of itself.
        for line in help.output.split(separator: "\n") where line.hasPrefix("  -") || line.hasPrefix("  <") {
            let isWrapped = line.count > 24 && !line.dropFirst(25).contains("  ")
            #expect(isWrapped || line.split(separator: "  ").count >= 2, "\(line)")
        }
        let long = try Command.run(["help", name])
        #expect(long.output == help.output)
    }

    @Test func versionIsOfTheProgramAndOfLibtorch() throws {
        let version = try Command.run(["--version"])
        #expect(version.status == 0)
        let text = version.output
        #expect(text.wholeMatch(of: /marginseg \d+\.\d+\.\d+ \(libtorch \d+\.\d+\.\d+\)\n/) != nil, "\(text)")
    }

    private static let known =
        "demo, phantom, inspect, plan, margins, loss, train, evaluate, calibrate, compare, bound, report, predict, "
        + "export, import, show, cross-validate, select, study, reproduce"

    static let misuses: [(arguments: [String], says: String)] = [
        (["evalute", "runs/a"], "Error: marginseg has no subcommand 'evalute'; did you mean 'evaluate'? (known: \(known))"),
        (["help", "trian"], "Error: marginseg has no subcommand 'trian'; did you mean 'train'? (known: \(known))"),
        (["segment"], "Error: marginseg has no subcommand 'segment'; known: \(known)"),
        (
            ["loss", "expalin", "dice"],
            "Error: marginseg loss has no subcommand 'expalin'; did you mean 'explain'? (known: list, explain, eval)"
        ),
        (["train", "--output", "run", "--epoch", "3"], "Error: Unknown option '--epoch'. Did you mean '--epochs'?"),
        (["train"], "Error: Name the folder of the new run with --output, or a run to go on with by --resume."),
        (["train", "--output", "a", "--resume", "b"], "Error: A run goes on in its own folder: --resume takes no --output."),
        (["train", "--resume", "b", "--from", "c"], "Error: A run goes on from its own weights: --resume takes no --from."),
        (
            ["train", "--output", "run", "--epochs", "1,2,3"],
            "Error: --epochs names 3 numbers for 2 stages."
        ),
        (["train", "--output", "run", "--workers", "0"], "Error: --workers needs 1 to 1024, found 0."),
        (["predict", "a.png", "--model", "m", "--threads", "100000"], "Error: --threads needs 1 to 1024, found 100000."),
        (["predict", "a.png", "--model", "m", "--threads", "0"], "Error: --threads needs 1 to 1024, found 0."),
        (
            ["evaluate", "run", "--split", "all"],
            "Error: The value 'all' is invalid for '--split <split>'. Please provide one of 'train', 'validation' or 'test'."
        ),
        (["inspect", "a", "b"], "Error: Unexpected argument 'b'"),
    ]

    @Test(arguments: misuses)
    func wrongUsageIsTold(_ row: (arguments: [String], says: String)) throws {
        try withTemporaryFolder { folder in
            let command = try Command.run(row.arguments, in: folder)
            #expect(command.status == 64)
            #expect(command.output.isEmpty)
            #expect(command.errorLines.first == row.says)
            if !row.says.contains("has no subcommand") {
                let usage = command.errorLines.first { $0.hasPrefix("Usage: ") }
                #expect(usage?.hasPrefix("Usage: marginseg \(row.arguments[0]) ") == true)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    /// Tables against another objective would replace the counts that they follow from.
    @Test func aRecordIsNotWrittenOver() throws {
        try withTemporaryFolder { folder in
            let record = folder.appending(path: "own/record.json")
            try FileManager.default.createDirectory(at: folder.appending(path: "own"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: TestFolders.package.appending(path: "docs/results/protocol/record.json"), to: record)
            let before = try Data(contentsOf: record)
            let arguments = ["study", "own/record.json", "--reference", "margin (paper)", "--resamples", "1", "--output"]
            let refused = try Command.run(arguments + ["own"], in: folder)
            #expect(refused.status == 1 && refused.errors.contains("it is an input of this command; name another --output"))
            #expect(try Data(contentsOf: record) == before)
            #expect(try Command.run(arguments + ["other"], in: folder).status == 0)
        }
    }

    // MARK: From data to labels

    /// Done, but with cases left out: what every command says of it.
    @Test func aTrainingThatLeavesCasesOutSaysSo() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run.data, to: folder.appending(path: "data"))
            let image = folder.appending(path: "data/images/case_01.nii.gz")
            try Data(contentsOf: image).dropLast(100).write(to: image)
            let command = try Command.run(
                ["train", "--data", "data", "--output", "run", "--skip-unreadable"] + TrainedRun.settings + ["--epochs", "1"],
                in: folder)
            #expect((command.status, command.output) == (2, "\(folder.path)/run/best.safetensors\n"))
            #expect(command.errors.contains("left out: \(image.path): "))
        }
    }

    @Test func trainLeavesARunAndSaysWhere() throws {
        let run = try TrainedRun.shared()
        #expect(run.command.status == 0)
        #expect(run.command.output == run.checkpoint.path + "\n", "results alone on standard output")
        for line in [
            "reading 8 planes (0 MiB)", "training planes: 8; validation cases: 1; parameters: ",
            "[1/2] pretraining: cross_entropy, 2 epochs", "margin-offsets: rho_0k [",
        ] {
            #expect(run.command.errors.contains(line), "\(line)")
        }
        #expect(
            !run.command.errors.contains("\u{1B}") && !run.command.errors.contains("\r"), "no bars where there is no terminal")
        let files = try FileManager.default.contentsOfDirectory(atPath: run.url.path).sorted()
        // Other tests evaluate the same run.
        #expect(
            files.filter { !$0.hasPrefix("evaluation") } == [
                ".lock", "best.safetensors", "configuration.yaml", "curves.html", "last.safetensors", "log.txt", "metrics.jsonl",
                "previous.safetensors", "run.json", "stage-1-pretraining.safetensors", "tensorboard",
            ])
        let log = try String(contentsOf: run.url.appending(path: "log.txt"), encoding: .utf8).split(separator: "\n")
        #expect(log.allSatisfy { $0.prefixMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (info|warning) \S/) != nil })
        let metrics = try String(contentsOf: run.url.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n")
        #expect(metrics.count == 3)
    }

    @Test func predictWritesLabelsOnTheImagesGrid() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let output = folder.appending(path: "labels.nii.gz")
            let command = try Command.run(["predict", run.image.path, "--model", run.url.path, "--output", output.path])
            #expect((command.status, command.errors, command.output) == (0, "", output.path + "\n"))
            let (image, labels) = (try NIfTI.read(run.image), try NIfTI.read(output))
            #expect(labels.geometry == image.geometry)
            #expect(labels.extent == image.extent)
            let values = try Set(labels.labelValues())
            #expect(values.isSubset(of: [0, 1]))

            // A folder goes through the same code.
            let scans = folder.appending(path: "scans", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: run.image, to: scans.appending(path: "b.nii.gz"))
            try FileManager.default.copyItem(at: run.image, to: scans.appending(path: "a.nii.gz"))
            let many = try Command.run(["predict", "scans", "--model", run.url.path], in: folder)
            let names = many.output.split(separator: "\n").map { URL(filePath: String($0)).lastPathComponent }
            #expect((many.status, many.errors, names) == (0, "", ["a.nii.gz", "b.nii.gz"]))
            let same = try NIfTI.read(folder.appending(path: "scans_labels/a.nii.gz")).samples
            #expect(same == labels.samples)
        }
    }

    @Test func inspectShowsDataImagesAndCheckpoints() throws {
        let run = try TrainedRun.shared()
        let rows: [(path: String, words: [String], keys: Set<String>)] = [
            (
                run.data.path, ["train", "validation", "test", "32 × 32 × 2", "background", "rho_0k"],
                [
                    "folder", "layout", "reason", "classes", "classes_are_proposed", "has_background", "training_view", "splits",
                    "channels",
                    "values",
                    "training_labels", "problems",
                ]
            ),
            (
                run.image.path, ["NIfTI-1", "32 × 32 × 2, 1 channel", "int16", "orientation", "spacing mm"],
                [
                    "file", "format", "shape", "channels", "dtype", "slope", "intercept", "spacing", "affine", "orientation",
                    "geometry_source", "minimum", "maximum", "mean", "nan", "infinite", "notes",
                ]
            ),
            (
                run.checkpoint.path,
                ["marginseg ", "coplenet [8, 16, 32, 64, 128]", "margin(form=paper,tau=10,nu=1)", "2 margin, epoch 1", "rho_k0"],
                [
                    "format", "program", "libtorch", "configuration", "channels", "training_labels", "margin_offsets", "stage",
                    "stage_name", "objective", "epoch", "validation", "splits", "voxels",
                ]
            ),
        ]
        for row in rows {
            let text = try Command.run(["inspect", row.path])
            #expect((text.status, text.errors) == (0, ""))
            for word in row.words { #expect(text.output.contains(word), "\(word)") }
            let json = try Command.run(["inspect", row.path, "--json"])
            #expect((json.status, json.errors) == (0, ""))
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(object.map { Set($0.keys) } == row.keys)
        }
    }

    @Test func trainContinuesFromARun() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.yaml")
            try Data("data: {folder: \(run.data.path)}\n".utf8).write(to: file)
            let arguments = ["train", "run.yaml", "--output", "more", "--from", run.url.path] + TrainedRun.settings
            let command = try Command.run(
                arguments + ["--set", "training.stages=[{name: more, objective: cross_entropy, epochs: 1}]"], in: folder)
            #expect(command.status == 0, "\(command.errors)")
            #expect(command.errors.contains("the run is in more; next: marginseg evaluate more\n"))
        }
    }

    @Test func phantomDrawsADataSet() throws {
        try withTemporaryFolder { folder in
            let command = try Command.run(["phantom", "ct", "--cases", "1", "--output", "scans"], in: folder)
            #expect((command.status, command.errors) == (0, ""))
            #expect(command.output == folder.appending(path: "scans").path + "\n")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "scans").path).sorted()
            #expect(names == ["README.txt", "images", "labels", "split.csv"])
        }
    }
}
