import Foundation
import TestSupport
import Testing

@Suite struct InitCommandTests {
    @Test func whatItWritesTrains() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let proposal = try Command.run(["init", data.path, "--output", "my.yaml", "--threads", "1"], in: folder)
            #expect(
                (proposal.status, proposal.output) == (0, folder.appending(path: "my.yaml").path + "\n"), "\(proposal.errors)")
            #expect(proposal.errors.contains("read 6 cases; timing some steps on cpu\n"))
            #expect(proposal.errors.contains("next: read it, then marginseg train my.yaml --output runs/first\n"))
            let text = try String(contentsOf: folder.appending(path: "my.yaml"), encoding: .utf8)
            #expect(text.contains("#   marginseg train my.yaml --output runs/first\n"))
            #expect(text.contains("  normalization: {window: ["), "the phantom is CT")
            #expect(text.contains("  fit: {crop: [32, 32], foreground: 0.33}"))

            // Shortened, as the proposal is for a machine that is not testing.
            let short = ["--set", "training.stages.0.epochs=1", "--set", "training.stages.1.epochs=1", "--threads", "1"]
            let training = try Command.run(["train", "my.yaml", "--output", "run"] + short, in: folder)
            #expect(training.status == 0, "\(training.errors)")
            let evaluation = try Command.run(["evaluate", "run"], in: folder)
            #expect(evaluation.status == 0, "\(evaluation.errors)")
        }
    }

    @Test func withoutAFileItGoesToStandardOutput() throws {
        let data = try TrainedRun.shared().data
        let proposal = try Command.run(["init", data.path, "--threads", "1"])
        #expect(proposal.status == 0)
        #expect(proposal.output.hasPrefix("# Proposed by `marginseg init` from 6 cases: "))
        #expect(proposal.output.contains("#   marginseg train THIS.yaml --output runs/first\n"))
    }

    /// A data set in nnU-Net's form says what its values mean, and which of them take no part.
    @Test func classesAreThoseThatTheDataSetNames() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let files = FileManager.default
            for (source, target) in [("images", "imagesTr"), ("labels", "labelsTr")] {
                let place = folder.appending(path: target)
                try files.createDirectory(at: place, withIntermediateDirectories: true)
                let suffix = source == "images" ? "_0000" : ""
                for file in try files.contentsOfDirectory(at: data.appending(path: source), includingPropertiesForKeys: nil) {
                    let name = file.lastPathComponent.replacing(".nii.gz", with: suffix + ".nii.gz")
                    try files.copyItem(at: file, to: place.appending(path: name))
                }
            }
            let description = """
                {"channel_names": {"0": "CT"}, "labels": {"background": 0, "ground glass": 1, "ignore": 2},
                 "numTraining": 6, "file_ending": ".nii.gz"}
                """
            try Data(description.utf8).write(to: folder.appending(path: "dataset.json"))
            let proposal = try Command.run(["init", folder.path, "--threads", "1"])
            #expect(proposal.status == 0, "\(proposal.errors)")
            for line in [
                "  # as the data set names them.\n",
                "    - {name: background, values: [0]}\n    - {name: ground glass, values: [1]}\n",
                "  ignored_values: [2] ",
            ] {
                #expect(proposal.output.contains(line), "\(proposal.output)")
            }
        }
    }

    /// How to read the data is said as to `inspect`; the rest is init's to propose.
    @Test func takesWhatInspectTakes() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let classes = "data: {classes: [{name: lung, values: [0]}, {name: spot, values: [1]}]}"
            try Data(classes.utf8).write(to: folder.appending(path: "names.yaml"))
            let options = [
                "--layout", "folders", "--config", "names.yaml", "--set", "data.split={folds: {count: 3, fold: 1, seed: 4}}",
            ]
            let proposal = try Command.run(["init", data.path, "--threads", "1"] + options, in: folder)
            #expect(proposal.status == 0, "\(proposal.errors)")
            for line in ["{name: spot, values: [1]}", "split: {folds: {count: 3, fold: 1, seed: 4}}", "layout: folders"] {
                #expect(proposal.output.contains(line), "\(proposal.output)")
            }
            let other = try Command.run(["init", data.path, "--set", "training.seed=3"], in: folder)
            #expect(other.status == 64 && other.errors.contains("'training.seed=3' is none"), "\(other.errors)")
        }
    }

    @Test func anExistingFileIsKept() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "my.yaml")
            try Data("mine".utf8).write(to: file)
            let command = try Command.run(["init", folder.path, "--output", file.path])
            #expect((command.status, command.output) == (1, ""))
            #expect(
                command.errorLines == [
                    "Error: \(file.path) cannot be written: it exists already; name another --output, or remove it"
                ])
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(text == "mine")
        }
    }
}
