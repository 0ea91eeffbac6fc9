import Foundation
import TestSupport
import Testing

/// What a new user types for data of their own: a plan, folds, a choice, predictions.
@Suite struct CrossValidateCommandTests {
    private static let settings = [
        "--set", "input.normalization={window: [-1400, 100]}", "--set", "training.batch_size=4", "--set",
        "training.stages.0.epochs=1", "--set", "training.stages.1.epochs=1", "--threads", "1", "--resamples", "20", "--folds",
        "2",
    ]

    @Test func foldsAreTrainedComparedAndUsed() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            func marginseg(_ arguments: String...) throws -> Command { try Command.run(arguments, in: folder) }
            try Data("preset: quick\ninput: {fit: {pad: [32, 32]}}\n".utf8).write(to: folder.appending(path: "a.yaml"))
            try Data("preset: quick\ninput: {fit: {resize: [16, 16]}}\n".utf8).write(to: folder.appending(path: "b.yaml"))
            for plan in ["a", "b"] {
                let command = try Command.run(
                    ["cross-validate", run.data.path, "--plan", "\(plan).yaml", "--output", "runs/\(plan)"] + Self.settings,
                    in: folder)
                #expect(command.status == 0, "\(command.errors)")
                for words in ["fold-0 ", "fold-1 ", "runs/\(plan) on patients out of fold, native resolution: 5 cases"] {
                    #expect(command.output.contains(words), "\(words) in \(command.output)")
                }
                let again = try Command.run(
                    ["cross-validate", run.data.path, "--plan", "\(plan).yaml", "--output", "runs/\(plan)"] + Self.settings,
                    in: folder)
                #expect(again.output == command.output)
                let csv = try String(contentsOf: folder.appending(path: "runs/\(plan)/cross-validation.csv"), encoding: .utf8)
                #expect(Set(csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[2] }).count == 5)
            }
            let chosen = try marginseg("select", "runs", "--resamples", "20", "--threads", "1")
            #expect(chosen.status == 0, "\(chosen.errors)")
            for words in ["\n   a ", "\n   b ", " a and b ", "Chosen: "] {
                #expect(chosen.output.replacingOccurrences(of: "→", with: " ").contains(words), "\(words) in \(chosen.output)")
            }

            // Whatever was chosen, the pair predicts too, and the folder alone is enough.
            let file = folder.appending(path: "runs/selection.json")
            var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            let both =
                ["configurations": ["a", "b"], "decision": "argmax", "post_processed": false, "value": 0.5, "networks": 4]
                as [String: Any]
            object["chosen"] = both
            try JSONSerialization.data(withJSONObject: object).write(to: file)
            let predicted = try marginseg("predict", run.image.path, "--model", "runs", "--output", "out.nii.gz")
            #expect(predicted.status == 0, "\(predicted.errors)")
            #expect(predicted.errors.contains("note: as runs/selection.json has it: a and b, the largest score; options"))
            let scored = try marginseg("evaluate", "runs", "--resamples", "20")
            #expect(scored.status == 0, "\(scored.errors)")
            #expect(
                scored.output.contains(
                    "Scores come from the mean probability of (the mean of 2 models) and (the mean of 2 models)."))
        }
    }

    @Test func whatIsMissingIsTold() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let command = try Command.run(["cross-validate", run.data.path], in: folder)
            #expect(command.status == 1)
            #expect(
                command.errors.contains("plans/data/plan.yaml is missing: it says how the folds are trained; run marginseg plan"))
            try FileManager.default.createDirectory(at: folder.appending(path: "empty"), withIntermediateDirectories: true)
            let nothing = try Command.run(["select", "empty"], in: folder)
            #expect(nothing.status == 1 && nothing.errors.contains("holds no cross-validation to choose from"))
        }
    }
}
