import Foundation
import SegMetrics
import TestSupport
import Testing

@testable import SegTraining

@Suite struct EvaluationFileTests {
    private func evaluation() -> Evaluation {
        var store = ConfusionStore(classCount: 2)
        store.append(group: "p", case: "a", image: "a/0", matrix: ConfusionMatrix(rows: [[5, 1], [1, 3]]))
        store.append(group: "q", case: "b", image: "b/0", matrix: ConfusionMatrix(rows: [[6, 1], [0, 3]]))
        return Evaluation(
            program: "marginseg", subject: "runs/a", reference: "test", classes: ScoredClasses(["ground", "lesion"]),
            native: ResolutionScores(store, classes: ScoredClasses(["ground", "lesion"]), bootstrap: Bootstrap(resamples: 20)))
    }

    @Test func isFoundInItsRun() throws {
        try withTemporaryFolder { folder in
            let run = RunFolder(folder)
            #expect(
                messageThrown { _ = try EvaluationFile.url(of: folder, split: .test) }
                    == "\(folder.path) has no evaluation on the split 'test': evaluation-test.json is missing; "
                    + "run marginseg evaluate on it first")
            try EvaluationFile.write(evaluation(), to: run.evaluation(of: .test))
            let found = try EvaluationFile.url(of: folder, split: .test)
            #expect(found.lastPathComponent == "evaluation-test.json")
            #expect(try EvaluationFile.read(found) == evaluation())
            #expect(try EvaluationFile.url(of: found, split: .validation) == found)
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
