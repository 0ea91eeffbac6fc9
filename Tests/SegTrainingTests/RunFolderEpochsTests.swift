import Foundation
import RunTestSupport
import TestSupport
import Testing

@testable import SegInference

@Suite struct RunFolderEpochsTests {
    @Test func readsWhatATrainingWrote() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data", directoryHint: .isDirectory)
            try TinyRun.writeData(to: data)
            let run = try TinyRun.train(try TinyRun.configuration(), data: data, into: folder.appending(path: "run"))
            let epochs = try run.epochs()
            #expect(epochs.map(\.stage) == [1, 2] && epochs.map(\.epoch) == [1, 1])
            // A line that is being written, and one that nobody of ours wrote.
            let text = try String(contentsOf: run.metrics, encoding: .utf8)
            try (text + "{\"stage\":2").write(to: run.metrics, atomically: true, encoding: .utf8)
            #expect(try run.epochs().count == 2)
            try (text + "{\"stage\":2}\n").write(to: run.metrics, atomically: true, encoding: .utf8)
            #expect(
                messageThrown { _ = try run.epochs() }?.hasSuffix(
                    "metrics.jsonl cannot be read: line 3 is no epoch that this program wrote")
                    == true)
        }
    }

    @Test func epochsWrittenBeforeTheseWereRecordedLackThem() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data", directoryHint: .isDirectory)
            try TinyRun.writeData(to: data)
            let run = try TinyRun.train(try TinyRun.configuration(), data: data, into: folder.appending(path: "run"))
            let epochs = try run.epochs()
            #expect(epochs.allSatisfy { $0.trainingMIoU != nil && $0.validationLoss != nil })
            let lines = try String(contentsOf: run.metrics, encoding: .utf8)
                .replacing(/,"(training_miou_foreground|validation_loss)":[-+.e0-9]+/, with: "")
            try lines.write(to: run.metrics, atomically: true, encoding: .utf8)
            let older = try run.epochs()
            #expect(older.map(\.trainingLoss) == epochs.map(\.trainingLoss))
            #expect(older.allSatisfy { $0.trainingMIoU == nil && $0.validationLoss == nil })
        }
    }

    @Test func aFolderWithoutMetricsHasNone() throws {
        let epochs = try withTemporaryFolder { try RunFolder($0).epochs() }
        #expect(epochs.isEmpty)
    }
}
