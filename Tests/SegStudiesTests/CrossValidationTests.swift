import DurableFiles
import Foundation
import RunTestSupport
import SegConfiguration
import SegInference
import SegMetrics
import TestSupport
import Testing
import Torch

@testable import SegStudies

@Suite struct CrossValidationTests {
    /// Six volumes, of which one is kept for the test.
    private func make(_ folder: URL, into place: String, count: Int? = 2, _ overrides: [String] = []) throws -> CrossValidation {
        let data = folder.appending(path: "data")
        if FileSystem.kind(of: data) == .missing { try TinyRun.writeData(to: data) }
        let configuration = try TinyRun.configuration(["data.folder=\(data.path)"] + overrides)
        return try CrossValidation(configuration, in: folder.appending(path: place, directoryHint: .isDirectory), count: count)
    }

    private func runner(
        _ validation: CrossValidation, shouldStop: @escaping () -> Bool = { false },
        observe: @escaping (CrossValidationRunner.Event) -> Void = { _ in }
    ) throws -> CrossValidationRunner {
        try TorchLibrary.setThreadCount(1)
        return CrossValidationRunner(
            validation, resources: .init(loaderWorkers: 1), bootstrap: Bootstrap(resamples: 20), shouldStop: shouldStop,
            observe: observe)
    }

    private func pooled(_ runner: CrossValidationRunner) throws -> Evaluation {
        let parts = try #require(try runner.foldScores())
        return try Evaluation(pooling: parts, subject: "x", reference: "y", bootstrap: Bootstrap(resamples: 20))
    }

    @Test func oneThatIsStoppedAndGoesOnEndsInTheSameScores() throws {
        try withTemporaryFolder { folder in
            let whole = try runner(make(folder, into: "whole"))
            #expect(try whole.run() == .finished)
            let scores = try pooled(whole)
            #expect(scores.native.caseCount == 5, "the data set's own test case takes no part")

            let validation = try make(folder, into: "cut")
            var tries = 0
            while tries < 80 {
                var questions = 0
                tries += 1
                let cut = try runner(
                    validation,
                    shouldStop: {
                        questions += 1; return questions > 5
                    })
                if try cut.run() == .finished { break }
            }
            #expect(tries > 1 && tries < 80)
            let resumed = try pooled(runner(validation))
            #expect(resumed.native == scores.native)

            // What is done is not done again.
            var began = 0
            let again = try runner(validation, observe: { if case .began = $0 { began += 1 } })
            #expect(try again.run() == .finished && began == 0)
        }
    }

    @Test func machinesShareTheFolds() throws {
        try withTemporaryFolder { folder in
            let validation = try make(folder, into: "out")
            let runner = try runner(validation)
            #expect(try runner.run(only: [1]) == .finished)
            #expect(try runner.foldScores() == nil)
            #expect(FileSystem.kind(of: validation.folds[0].folder.url) == .missing)
            #expect(try runner.run(only: [0]) == .finished)
            let together = try pooled(runner)
            #expect(together.native.caseCount == 5)
        }
    }

    @Test func whatWouldMixTwoQuestionsIsRefused() throws {
        try withTemporaryFolder { folder in
            _ = try runner(make(folder, into: "out")).run(only: [0])
            let other = try make(folder, into: "out", ["training.batch_size=2"])
            // Whoever trains other folds sees it too.
            for only: Set<Int>? in [nil, [1]] {
                let message = messageThrown { _ = try runner(other).run(only: only) }
                #expect(
                    message?.contains("other settings than are asked for now: training.batch_size (4, now 2)") == true,
                    "\(message ?? "nothing was thrown")")
            }
            let fewer = try make(folder, into: "out", count: 3)
            let refused = messageThrown { _ = try runner(fewer).run(only: [1]) }
            #expect(refused?.contains("data.split.folds.count (2, now 3)") == true, "\(refused ?? "nothing was thrown")")
            for kind in ["images", "labels"] {
                try FileManager.default.copyItem(
                    at: folder.appending(path: "data/\(kind)/case_01.nii.gz"),
                    to: folder.appending(path: "data/\(kind)/new.nii.gz"))
            }
            let table = folder.appending(path: "data/split.csv")
            try DurableFile.write(String(contentsOf: table, encoding: .utf8) + "new.nii.gz,new,train\n", to: table)
            let message = messageThrown { _ = try runner(make(folder, into: "out")).run() }
            #expect(
                message?.contains("had other cases: 1 have come or gone, such as 'new'") == true,
                "\(message ?? "nothing was thrown")")
        }
    }

    /// What the configuration splits by says who tests.
    @Test func aTableOfTheUsersKeepsItsTestAndARandomSplitKeepsNone() throws {
        try withTemporaryFolder { folder in
            _ = try make(folder, into: "out")
            let table = folder.appending(path: "data/split.csv")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "data/images").path).sorted()
            let rows = names.enumerated().map { "\($1),\($1),\($0 < 2 ? "test" : "train")" }
            try DurableFile.write(
                "file,group,split\n" + rows.joined(separator: "\n"),
                to: table.deletingLastPathComponent().appending(path: "mine.csv"))
            let own = try make(folder, into: "out", ["data.split=mine.csv"])
            #expect(own.groupCount == 4)
            #expect(try own.folds[0].configuration.openDataSet(at: nil).splits.test.count == 2)
            let all = try make(folder, into: "out", ["data.split={random: {test: 0, seed: 3}}"])
            #expect(all.groupCount == 6)
        }
    }

    @Test func foldsAreAsManyAsThereArePatients() throws {
        try withTemporaryFolder { folder in
            let usual = try make(folder, into: "out", count: nil)
            #expect(usual.folds.count == 5)
            let message = messageThrown { _ = try make(folder, into: "out", count: 9) }
            #expect(message?.contains("9 folds of 5 patients or videos") == true)
        }
    }
}
