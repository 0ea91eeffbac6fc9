import Foundation
import RunTestSupport
import TestSupport
import Testing

@testable import SegInference
@testable import SegTraining

/// A run's cases keep their splits, whatever comes into its data folder later.
@Suite struct KeptSplitsTests {
    /// Without a table of splits.
    private func writeOpenData(to folder: URL) throws {
        try TinyRun.writeData(to: folder)
        try FileManager.default.removeItem(at: folder.appending(path: "split.csv"))
    }

    /// One more case, first in the order of names.
    private func addCase(to data: URL) throws {
        for kind in ["images", "labels"] {
            try FileManager.default.copyItem(
                at: data.appending(path: "\(kind)/case_01.nii.gz"), to: data.appending(path: "\(kind)/a.nii.gz"))
        }
    }

    @Test(arguments: ["own", "{random: {seed: 2}}"])
    func aCaseThatComesLaterMovesNoOther(_ rule: String) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try writeOpenData(to: data)
            let configuration = try TinyRun.configuration(["data.split=\(rule)"])
            let first = try configuration.openDataSet(at: data)
            let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: "run"))
            try addCase(to: data)
            #expect(try configuration.openDataSet(at: data).splits.test != first.splits.test, "a new run draws anew")
            let manifest = try Checkpoint.manifest(of: run.best)
            let kept = try manifest.openDataSet(at: data)
            #expect(kept.splits == first.splits)
            #expect(
                kept.notes.last == "1 case left out, because they came after the run had drawn its splits: a")

            // A run that goes on goes on with its own cases.
            let saved = try SavedRun(run)
            var longer = configuration
            longer.training.stages[1].epochs = 2
            let outcome = try Trainer(
                continuing: saved, with: longer, dataSet: longer.openDataSet(at: data, keeping: saved.splits)
            ).run()
            #expect(outcome == .finished)
            #expect(try Checkpoint.manifest(of: run.last).splits == first.splits)
        }
    }

    /// Seeds of one study are compared on one test set.
    @Test func theTrainingsSeedDrawsNoSplit() throws {
        try withTemporaryFolder { folder in
            try writeOpenData(to: folder)
            let splits = try [1, 2, 3].map { try TinyRun.configuration(["training.seed=\($0)"]).openDataSet(at: folder).splits }
            #expect(Set(splits).count == 1)
        }
    }

    /// Checkpoints of before splits were kept: the run's seed drew what was open.
    @Test func aRunWithoutKeptSplitsIsOpenedAsItWas() throws {
        try withTemporaryFolder { folder in
            try writeOpenData(to: folder)
            let manifest = try TinyCheckpoint.manifest(TinyRun.configuration(["training.seed=7"]))
            let drawn = try TinyRun.configuration(["data.split={random: {seed: 7}}"]).openDataSet(at: folder).splits
            #expect(manifest.splits == nil)
            #expect(try manifest.openDataSet(at: folder).splits == drawn)
        }
    }
}
