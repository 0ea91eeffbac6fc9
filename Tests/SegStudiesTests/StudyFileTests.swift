import Foundation
import TestSupport
import Testing

@testable import SegStudies

@Suite struct StudyFileTests {
    @Test func aFileBecomesAStudy() throws {
        try withTemporaryFolder { folder in
            let objectives = """
                  - {name: cross-entropy, objective: cross_entropy, epochs: 3}
                  - name: "τ = {tau}, ν = {nu}"
                    objective: "margin(tau={tau},nu={nu})"
                    for: [{tau: 1, nu: 10}, {tau: 10, nu: 0.1}]
                    tasks: [lesions]
                  - {name: alone, objective: dice(), from_scratch: true, learning_rate: 0.01}
                """
            let study = try TinyStudy.make(TinyStudy.yaml(objectives: objectives), in: folder)
            #expect(study.title == "A tiny study")
            #expect(study.notes == ["Of no use but to be tested."])
            #expect(study.seeds == [1, 2])
            #expect(study.reference == "cross-entropy")
            #expect(study.pretraining?.objective == "cross_entropy")
            #expect(study.arms.map(\.name) == ["cross-entropy", "τ = 1, ν = 10", "τ = 10, ν = 0.1", "alone"])
            #expect(
                study.arms.map(\.stage.objective)
                    == ["cross_entropy", "margin(tau=1,nu=10)", "margin(tau=10,nu=0.1)", "dice()"])
            #expect(study.arms.map(\.stage.epochs) == [3, 1, 1, 1])
            #expect(study.arms.map(\.stage.learningRate) == [5e-4, 5e-4, 5e-4, 0.01])
            #expect(study.arms.map(\.continuesPretraining) == [true, true, true, false])
            let task = try #require(study.tasks.first)
            #expect(task.published[.test]?["margin"] == ["miou_foreground": 71.3])
            #expect(task.configuration.data.folder == folder.appending(path: "data").standardizedFileURL.path)
            #expect(task.configuration.training.batchSize == 4)
        }
    }

    @Test func runsLieBySeedTaskAndObjective() throws {
        try withTemporaryFolder { folder in
            let study = try TinyStudy.make(TinyStudy.yaml(), in: folder)
            let runs = study.runs(in: folder.appending(path: "out", directoryHint: .isDirectory))
            #expect(
                runs.map { $0.folder.url.path.components(separatedBy: "/out/").last } == [
                    "runs/lesions/seed-1/pre-training", "runs/lesions/seed-1/cross-entropy", "runs/lesions/seed-1/margin",
                    "runs/lesions/seed-2/pre-training", "runs/lesions/seed-2/cross-entropy", "runs/lesions/seed-2/margin",
                ])
            #expect(runs[0].configuration.training.stages[0].from == nil)
            #expect(runs[2].configuration.training.stages[0].from == runs[0].folder.best.path)
            #expect(runs.map(\.configuration.training.seed) == [1, 1, 1, 2, 2, 2])
        }
    }

    @Test func aTaskMayHaveOtherEpochs() throws {
        try withTemporaryFolder { folder in
            let yaml = TinyStudy.yaml(seeds: "[1]").replacingOccurrences(
                of: "    summary: Drawn.", with: "    epochs: {pretraining: 7, finetuning: 5}")
            let epochs = try TinyStudy.make(yaml, in: folder).runs(in: folder).map {
                $0.configuration.training.stages[0].epochs
            }
            #expect(epochs == [7, 5, 5])
        }
    }

    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        let replace: String
        let with: String
        let message: String
    }

    static let refusals = [
        Refusal(
            testDescription: "unknown key", replace: "notes:", with: "remarks:",
            message: "study.yaml:2:1: unknown key 'remarks' (known: decisions, finetuning, notes, objectives, pretraining"),
        Refusal(
            testDescription: "a decision that not every network has", replace: "notes:", with: "decisions: [iou]\nnotes:",
            message: "the decision 'iou' is not defined for every network"),
        Refusal(
            testDescription: "unknown key of a task", replace: "    summary:", with: "    sumary:",
            message: "study.yaml:8:5: unknown key 'sumary'"),
        Refusal(
            testDescription: "unknown key of a configuration", replace: "batch_size: 4", with: "batchsize: 4",
            message: "training: unknown key 'batchsize'; did you mean 'batch_size'?"),
        Refusal(
            testDescription: "no epochs", replace: "finetuning: {epochs: 1, ", with: "finetuning: {",
            message: "'cross-entropy' has no epochs; give them there, or under finetuning for all objectives"),
        Refusal(
            testDescription: "an objective that does not parse", replace: "margin(sum=2)", with: "margn(sum=2)",
            message: "'margin' on lesions: "),
        Refusal(
            testDescription: "two names for one folder", replace: "name: margin", with: "name: Cross entropy",
            message: "the objectives 'cross-entropy' and 'Cross entropy' would share a folder"),
        Refusal(
            testDescription: "a task that is not there", replace: "margin(sum=2)}", with: "margin(sum=2), tasks: [livers]}",
            message: "'margin' names a task 'livers'; there are lesions"),
        Refusal(
            testDescription: "a reference that is not there", replace: "title: A tiny study", with: "reference: dice",
            message: "the reference 'dice' is none of the objectives: cross-entropy, margin"),
        Refusal(
            testDescription: "a value of another type", replace: "seeds: [1, 2]", with: "seeds: many",
            message: "study.yaml:3:8: seeds: expected a list"),
        Refusal(
            testDescription: "no list", replace: "pretraining: {epochs: 1, learning_rate: 1.0e-3}", with: "pretraining: 3",
            message: "study.yaml:4:14: pretraining: expected keys and values"),
    ]

    @Test(arguments: refusals) func whatIsWrongIsSaidWithItsPlace(_ refusal: Refusal) throws {
        try withTemporaryFolder { folder in
            let yaml = TinyStudy.yaml().replacingOccurrences(of: refusal.replace, with: refusal.with)
            let message = messageThrown { _ = try TinyStudy.make(yaml, in: folder) }
            #expect(message?.contains(refusal.message) == true, "\(message ?? "nothing was thrown")")
        }
    }

    @Test(.enabled(if: TestFolders.realData != nil, Comment(rawValue: TestFolders.noRealData)))
    func theExamplesAreStudies() throws {
        let data = try #require(TestFolders.realData, Comment(rawValue: TestFolders.noRealData))
        for name in ["objectives", "ablation"] {
            let file = TestFolders.package.appending(path: "Examples/studies/\(name).yaml")
            let study = try StudyFile(file, data: data).study()
            #expect(study.seeds == [1, 2, 3])
            #expect(study.reference == "cross-entropy")
        }
    }
}
