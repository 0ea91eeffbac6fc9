import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite struct ShowCommandTests {
    /// A run of its own with scores of its test split.
    private static func withScoredRun(_ body: (URL) throws -> Void) throws {
        let run = try TrainedRun.untouched()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run.url, to: folder.appending(path: "run"))
            let scored = try Command.run(["evaluate", "run", "--resamples", "50"], in: folder)
            #expect(scored.status == 0, "\(scored.errors)")
            try body(folder)
        }
    }

    @Test func saysWhatAModelIs() throws {
        try Self.withScoredRun { folder in
            let card = try Command.run(["show", "run"], in: folder)
            #expect(card.status == 0, "\(card.errors)")
            for words in [
                "classes", "background (0), foreground (1)", "cases: train 4, validation 1, test 1", "rho_0k",
                "the largest score",
                "Scores on the test split: 1 case\n", "mean of foreground", " MB in 1 file",
            ] {
                #expect(card.output.contains(words), "\(words): \(card.output)")
            }
            #expect(!card.output.contains("case_0"), "no case is named")
            let markdown = try Command.run(["show", "run", "--markdown"], in: folder).output
            #expect(markdown.hasPrefix("# run\n\n## Task\n\n- **classes**: background (0), foreground (1)\n"))
            #expect(markdown.contains("## Scores on the test split") && markdown.contains("| --- |"))
        }
    }

    /// What belongs to the model by the way is not needed to say what the model is.
    @Test func damagedFilesBesideAModelAreNamed() throws {
        try Self.withScoredRun { folder in
            try Data("{".utf8).write(to: folder.appending(path: "run/decision.json"))
            try Data("{".utf8).write(to: folder.appending(path: "run/evaluation-test.json"))
            let card = try Command.run(["show", "run"], in: folder)
            #expect(card.status == 0, "\(card.errors)")
            #expect(card.output.contains("decision.json cannot be used as a decision"))
            #expect(card.output.contains("Not shown\n") && card.output.contains("evaluation-test.json cannot be used as"))
            #expect(!card.output.contains(folder.path), "a card is for publication")
        }
    }
}
