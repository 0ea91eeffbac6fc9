import Foundation
import Phantoms
import TestSupport
import Testing

@Suite struct PlanCommandTests {
    @Test func whatItWritesTrains() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let plan = try Command.run(
                ["plan", data.path, "--output", "plan", "--threads", "1", "--minutes", "60", "--memory", "0.5"], in: folder)
            let written = ["plan.yaml", "plan-2d.yaml"].map { folder.appending(path: "plan/\($0)").path + "\n" }
            #expect((plan.status, plan.output) == (0, written.joined()), "\(plan.errors)")
            #expect(plan.errors.contains("read 6 cases; timing some steps on cpu\n"))
            #expect(plan.errors.contains("next: read it, then marginseg train plan/plan.yaml --output runs/first\n"))
            let text = try String(contentsOf: folder.appending(path: "plan/plan.yaml"), encoding: .utf8)
            #expect(text.contains("#   marginseg train plan/plan.yaml --output runs/first\n"))
            #expect(text.contains("  normalization: {clip: ["), "the phantom is CT")
            #expect(text.contains("  architecture: plain_conv_unet\n  dimensions: 3\n"))
            let fingerprint = try String(contentsOf: folder.appending(path: "plan/fingerprint.json"), encoding: .utf8)
            #expect(fingerprint.contains("\"number_of_cases\" : 5"), "one of six tests")

            // Shortened, as the plan is for a machine that is not testing.
            let short = [
                "--set", "training.stages.0.epochs=1", "--set", "training.stages.1.epochs=1", "--set",
                "training.steps_per_epoch=2",
                "--threads", "1",
            ]
            for name in ["plan", "plan-2d"] {
                let training = try Command.run(["train", "plan/\(name).yaml", "--output", name + "-run"] + short, in: folder)
                #expect(training.status == 0, "\(training.errors)")
                let evaluation = try Command.run(["evaluate", name + "-run"], in: folder)
                #expect(evaluation.status == 0, "\(evaluation.errors)")
            }
        }
    }

    /// Under its other name, in a folder of the data set's.
    @Test func thePlanHasTheNameOfTheData() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let plan = try Command.run(["init", data.path, "--threads", "1", "--minutes", "60"], in: folder)
            #expect(plan.status == 0, "\(plan.errors)")
            let names = try FileManager.default.contentsOfDirectory(
                atPath: folder.appending(path: "plans/\(data.lastPathComponent)").path)
            #expect(names.sorted() == ["fingerprint.json", "plan-2d.yaml", "plan.yaml"])
        }
    }

    /// What an earlier plan of volumes left goes.
    @Test func picturesHaveOnePlan() throws {
        try withTemporaryFolder { folder in
            try SurgicalPhantom(videos: 4, frames: 2, width: 48, height: 40).write(to: folder.appending(path: "data"))
            try FileManager.default.createDirectory(at: folder.appending(path: "plan"), withIntermediateDirectories: true)
            try Data("of volumes".utf8).write(to: folder.appending(path: "plan/plan-2d.yaml"))
            let arguments = ["plan", "data", "--output", "plan", "--threads", "1", "--memory", "4"]
            let refused = try Command.run(arguments, in: folder)
            #expect(refused.status == 1 && refused.errors.contains("plan-2d.yaml"), "\(refused.errors)")
            let plan = try Command.run(arguments + ["--overwrite"], in: folder)
            #expect((plan.status, plan.output) == (0, folder.appending(path: "plan/plan.yaml").path + "\n"), "\(plan.errors)")
            #expect(plan.errors.contains("warning: --memory limits networks of volumes; "))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "plan").path)
            #expect(names.sorted() == ["fingerprint.json", "plan.yaml"])
        }
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
            let proposal = try Command.run(
                ["plan", folder.path, "--threads", "1", "--minutes", "60", "--output", folder.appending(path: "plan").path])
            #expect(proposal.status == 0, "\(proposal.errors)")
            let text = try String(contentsOf: folder.appending(path: "plan/plan.yaml"), encoding: .utf8)
            for line in [
                "  # as the data set names them.\n",
                "    - {name: background, values: [0]}\n    - {name: ground glass, values: [1]}\n",
                "  ignored_values: [2] ",
            ] {
                #expect(text.contains(line), "\(text)")
            }
        }
    }

    /// How to read the data is said as to `inspect`; the rest is plan's to propose.
    @Test func takesWhatInspectTakes() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let classes = "data: {classes: [{name: lung, values: [0]}, {name: spot, values: [1]}]}"
            try Data(classes.utf8).write(to: folder.appending(path: "names.yaml"))
            let options = [
                "--layout", "folders", "--config", "names.yaml", "--set", "data.split={folds: {count: 3, fold: 1, seed: 4}}",
            ]
            let proposal = try Command.run(
                ["plan", data.path, "--threads", "1", "--minutes", "60", "--output", "plan"] + options, in: folder)
            #expect(proposal.status == 0, "\(proposal.errors)")
            let text = try String(contentsOf: folder.appending(path: "plan/plan.yaml"), encoding: .utf8)
            for line in ["{name: spot, values: [1]}", "split: {folds: {count: 3, fold: 1, seed: 4}}", "layout: folders"] {
                #expect(text.contains(line), "\(text)")
            }
            let other = try Command.run(["plan", data.path, "--set", "training.seed=3"], in: folder)
            #expect(other.status == 64 && other.errors.contains("'training.seed=3' is none"), "\(other.errors)")
        }
    }

    @Test func anExistingPlanIsKept() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "plan/plan.yaml")
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: file)
            let command = try Command.run(["plan", folder.path, "--output", "plan"], in: folder)
            #expect((command.status, command.output) == (1, ""))
            #expect(command.errorLines[0].contains("plan/plan.yaml cannot be written: it exists already; name another --output"))
            #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
        }
    }

    @Test(arguments: [
        (
            ["--output", "my.yaml"],
            "--output names the folder of the plan, whose files have names of their own; 'my.yaml' is a file."
        ),
        (["--minutes", "0"], "--minutes is above 0; found 0.0."), (["--memory", "nan"], "--memory is above 0; found nan."),
        (["--residual", "S"], "The value 'S' is invalid for '--residual <residual>'"),
    ])
    func wrongOptionsAreTold(options: [String], says: String) throws {
        let command = try Command.run(["plan", "."] + options)
        #expect(command.status == 64 && command.errors.contains(says), "\(command.errors)")
    }

    /// Minutes that nothing can be learnt in: what would be enough is said.
    @Test func tooLittleTimeIsTold() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let command = try Command.run(["plan", data.path, "--minutes", "0.0001", "--threads", "1"], in: folder)
            #expect(command.status == 1 && command.errors.contains("give --minutes "), "\(command.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "plans").path))
        }
    }
}
