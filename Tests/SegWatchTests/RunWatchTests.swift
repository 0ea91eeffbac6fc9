import Foundation
import SegInference
import SegTraining
import TestSupport
import Testing

@testable import SegWatch

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct RunWatchTests {
    @Test func aRunIsWatchedFromItsFirstStepToItsLast() throws {
        try withTemporaryFolder { folder in
            let configuration = try TinyTraining.configuration()
            let dataSet = try TinyTraining.dataSet(in: folder.appending(path: "data"), configuration)
            let run = RunFolder(folder.appending(path: "run"))
            var problems: [String] = []

            // Stopped in the second epoch, and continued.
            let first = RunWatch(run, configuration: configuration) { problems.append("\($0)") }
            var steps = 0
            let outcome = try Trainer(configuration, dataSet: dataSet, folder: run, shouldStop: { steps >= 3 }) { event in
                if case .stepped = event { steps += 1 }
                first.show(event)
            }.run()
            let isStopped = if case .stopped = outcome { true } else { false }
            #expect(isStopped)
            first.end(.stopped(advice: "go on"))
            let stopped = try String(contentsOf: run.curves, encoding: .utf8)
            #expect(stopped.contains("Stopped at epoch 2, step 3."))
            #expect(stopped.contains("IoU on validation"))

            let second = RunWatch(run, configuration: configuration) { problems.append("\($0)") }
            let saved = try SavedRun(run)
            try Trainer(continuing: saved, with: configuration, dataSet: dataSet, observe: second.show).run()
            second.end(.finished)
            let page = try Data(contentsOf: run.curves)
            #expect(XMLParser(data: page).parse())
            for words in ["Finished.", "Loss, pretraining", "Loss, finetuning", "Every epoch; best: "] {
                #expect(String(decoding: page, as: UTF8.self).contains(words), "\(words)")
            }
            #expect(problems.isEmpty)
            let files = try FileManager.default.contentsOfDirectory(atPath: run.tensorBoard.path)
            #expect(files.count == 2, "a file a session")
            guard PeerPython.has("tensorboard") else { return }
            let reading = try Self.readByTensorBoard(run.tensorBoard)
            // Two steps an epoch, three epochs; the third step was saved, so it is not done again.
            #expect(reading.scalars["train/loss"] == [1, 2, 3, 4, 5, 6])
            for tag in ["validation/miou_foreground", "validation/loss", "train/miou_foreground"] {
                #expect(reading.scalars[tag] == [2, 4, 6], "\(tag)")
            }
            #expect(reading.scalars["validation_iou/foreground"] == [2, 4, 6])
            #expect(reading.histograms["margins_own/foreground"] == [2, 4, 6])
            #expect(reading.histograms["margins_others/background"] == [2, 4, 6])
            #expect(reading.images["cases/case_05"] == [2, 4, 6])
        }
    }

    @Test func whatCannotBeWrittenIsToldOnce() throws {
        try withTemporaryFolder { folder in
            let run = RunFolder(folder.appending(path: "run"))
            // A folder stands where the page and the event files would be.
            try FileManager.default.createDirectory(at: run.curves, withIntermediateDirectories: true)
            try Data().write(to: folder.appending(path: "run/tensorboard"))
            var problems: [String] = []
            let watch = RunWatch(run, configuration: try TinyTraining.configuration()) { problems.append("\($0)") }
            watch.show(TinyTraining.start(1))
            for step in 1...3 { watch.show(TinyTraining.step(step, of: 1)) }
            #expect(problems.count == 2)
            #expect(problems[0].hasPrefix("\(run.curves.path) cannot be put in place: "), "\(problems)")
            #expect(problems[1] == "\(run.tensorBoard.path) cannot be made: \(run.tensorBoard.path) is a file")
        }
    }

    @Test func aRunThatNeverBeganLeavesNothing() throws {
        try withTemporaryFolder { folder in
            let run = RunFolder(folder.appending(path: "run"))
            let watch = RunWatch(run, configuration: try TinyTraining.configuration()) { _ in }
            watch.end(.failed(reason: "no data"))
            #expect(!FileManager.default.fileExists(atPath: run.url.path))
        }
    }

    // MARK: TensorBoard's own reader, where there is a Python that has it

    /// The steps of each tag.
    private struct Reading: Decodable {
        let scalars: [String: [Int]]
        let images: [String: [Int]]
        let histograms: [String: [Int]]
    }

    private static func readByTensorBoard(_ folder: URL) throws -> Reading {
        let script = """
            import json, sys
            from tensorboard.backend.event_processing import event_accumulator as e
            a = e.EventAccumulator(sys.argv[1], size_guidance={name: 0 for name in e.DEFAULT_SIZE_GUIDANCE})
            a.Reload()
            def steps(kind, read): return {t: [x.step for x in read(t)] for t in a.Tags()[kind]}
            json.dump(dict(scalars=steps("scalars", a.Scalars), images=steps("images", a.Images),
                           histograms=steps("histograms", a.Histograms)), sys.stdout)
            """
        let (status, output) = try PeerPython.run(["-c", script, folder.path])
        try #require(status == 0, "the Python script failed")
        return try JSONDecoder().decode(Reading.self, from: output)
    }
}
