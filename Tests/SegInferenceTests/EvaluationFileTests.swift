import Foundation
import RunTestSupport
import SegMetrics
import TestSupport
import Testing

@testable import SegInference

@Suite struct EvaluationFileTests {
    private func evaluation(of weights: String? = nil) -> Evaluation {
        var store = ConfusionStore(classCount: 2)
        store.append(group: "p", case: "a", image: "a/0", matrix: ConfusionMatrix(rows: [[5, 1], [1, 3]]))
        store.append(group: "q", case: "b", image: "b/0", matrix: ConfusionMatrix(rows: [[6, 1], [0, 3]]))
        return Evaluation(
            program: "marginseg", subject: "runs/a", reference: "test", classes: ScoredClasses(["ground", "lesion"]),
            native: ResolutionScores(store, classes: ScoredClasses(["ground", "lesion"]), bootstrap: Bootstrap(resamples: 20)),
            weights: weights)
    }

    @Test func isFoundInItsRun() throws {
        try withTemporaryFolder { folder in
            let file = RunFolder(folder).evaluation(of: .test)
            #expect(
                messageThrown { _ = try EvaluationFile.read(folder, split: .test) }
                    == "\(folder.path) has no evaluation on the split 'test': evaluation-test.json is missing; "
                    + "run marginseg evaluate on it first")
            try EvaluationFile.write(evaluation(), to: file)
            #expect(try EvaluationFile.read(folder, split: .test) == evaluation())
            #expect(try EvaluationFile.read(file, split: .validation) == evaluation())
        }
    }

    /// Scores of weights that a longer training has replaced say nothing of the run.
    @Test func scoresOfAnotherCheckpointAreNoScoresOfTheRun() throws {
        try withTemporaryFolder { folder in
            let run = RunFolder(folder)
            let configuration = try TinyRun.configuration()
            try TinyCheckpoint.make(configuration).write(to: run.best)
            let checksum = try #require(try Checkpoint(contentsOf: run.best).checksum)
            #expect(try SegmentationModel(checkpoint: Checkpoint(contentsOf: run.best)).checksum == checksum)
            try EvaluationFile.write(evaluation(of: checksum), to: run.evaluation(of: .test))
            #expect(try EvaluationFile.read(folder, split: .test).weights == checksum)
            try TinyCheckpoint.make(configuration, channels: 2).write(to: run.best)
            #expect(
                messageThrown { _ = try EvaluationFile.read(folder, split: .test) }
                    == "\(folder.path)/evaluation-test.json cannot be used as an evaluation: best.safetensors is another "
                    + "checkpoint than the one it scores; run marginseg evaluate on the run again")
        }
    }

    @Test(arguments: [
        ("{}", "it is not what `marginseg evaluate` writes"),
        (#"{"format":7}"#, "its form 7 is newer than this program's 1; update marginseg"),
        ("text", "it is not what `marginseg evaluate` writes"),
    ])
    func otherFilesAreRefused(text: String, problem: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "e.json")
            try Data(text.utf8).write(to: url)
            #expect(
                messageThrown { _ = try EvaluationFile.read(url) } == "\(url.path) cannot be used as an evaluation: \(problem)")
        }
    }
}
