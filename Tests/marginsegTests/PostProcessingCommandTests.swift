import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct PostProcessingCommandTests {
    /// A copy of the trained run, calibrated, whose stored steps are others: no lung is as large as 10 litres.
    private func withStoredSteps(_ body: (URL, Command) throws -> Void) throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run.url, to: folder.appending(path: "a"))
            let command = try Command.run(["calibrate", "a", "--resamples", "20", "--threads", "1"], in: folder)
            let file = folder.appending(path: "a/decision.json")
            var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            var learned = try #require(object["post_processing"] as? [[String: Any]])
            var first = try #require(learned[0]["learned"] as? [String: Any])
            first["steps"] = [["step": "remove_small", "of": [1], "below": 1e7, "unit": "mm3"] as [String: Any]]
            learned[0]["learned"] = first
            object["post_processing"] = learned
            try JSONSerialization.data(withJSONObject: object).write(to: file)
            try body(folder, command)
        }
    }

    @Test func calibrateShowsEveryStep() throws {
        try withStoredSteps { _, command in
            #expect((command.status, command.errors) == (0, ""))
            for words in [
                "\nPost-processing of label maps by argmax, steps in the order in which they were tried:\n\nstep ",
                "\nfill holes of the foreground in planes ", "\nkeep the largest component of the foreground ",
                "\nMean IoU over the validation split's 1 case, on which the steps were chosen: expect less elsewhere. ",
            ] {
                #expect(command.output.contains(words), "\(words)")
            }
        }
    }

    @Test func whatIsStoredIsAppliedWhereItIsAskedFor() throws {
        let run = try TrainedRun.shared()
        try withStoredSteps { folder, _ in
            func predict(_ options: [String]) throws -> (labels: Set<UInt8>, errors: String) {
                let command = try Command.run(
                    ["predict", run.image.path, "--model", "a", "--output", "out.nii", "--overwrite"] + options, in: folder)
                #expect(command.status == 0, "\(command.errors)")
                guard case .uint8(let values) = try ImageFile.read(folder.appending(path: "out.nii")).samples else {
                    return ([], "")
                }
                return (Set(values), command.errors)
            }
            let steps = "remove objects of foreground below 10000000 mm³"
            let plain = try predict([])
            #expect(plain.labels == [0, 1] && plain.errors.contains("label maps stay as they are; "))
            #expect(plain.errors.contains("(\(steps)), --post-processing stored applies it\n"))
            let none = try predict(["--post-processing", "none"])
            #expect(none.labels == [0, 1] && none.errors.isEmpty)
            let stored = try predict(["--post-processing", "stored"])
            #expect(stored.labels == [0] && stored.errors.hasSuffix("decision.json: \(steps)\n"))

            let kept = folder.appending(path: "a/evaluation-train.json")
            try? FileManager.default.removeItem(at: kept)
            let options = ["a", "--split", "train", "--post-processing", "stored", "--resamples", "20"]
            let evaluation = try Command.run(["evaluate"] + options + ["--save", "e.json"], in: folder)
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            #expect(evaluation.output.contains("Scores come from label maps with post-processing (\(steps))."))
            #expect(!FileManager.default.fileExists(atPath: kept.path), "a run keeps scores without post-processing")
            let report = try Command.run(["report"] + options + ["--output", "r.html"], in: folder)
            #expect(report.status == 0, "\(report.errors)")
            let page = try String(contentsOf: folder.appending(path: "r.html"), encoding: .utf8)
            #expect(page.contains(">Post-processing</h2>") && page.contains("label maps with post-processing (\(steps))"))
        }
    }

    @Test(arguments: [
        (
            ["bound", "a", "--post-processing", "stored"],
            "--post-processing stored changes label maps, which have no margins then"
        ),
        (["predict", "a.nii", "--model", "a", "--post-processing", "best"], "'best' is invalid for '--post-processing"),
    ])
    func wrongUsageIsTold(_ arguments: [String], says: String) throws {
        let command = try Command.run(arguments)
        #expect(command.status == 64 && command.errors.contains(says), "\(command.errors)")
    }
}
