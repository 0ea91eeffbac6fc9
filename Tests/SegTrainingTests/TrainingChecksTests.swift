import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import SegInference

/// What `train` looks for before its first step.
@Suite struct TrainingChecksTests {
    /// Pictures of 16×16 pixels, whose labels are the values in equal columns; equal numbers are equal pictures.
    private func write(_ cases: [(split: String, picture: UInt8, values: [UInt8])], to folder: URL) throws {
        for part in ["images", "labels"] {
            try FileManager.default.createDirectory(at: folder.appending(path: part), withIntermediateDirectories: true)
        }
        var rows = "file,split\n"
        for (number, item) in cases.enumerated() {
            let labels = (0..<256).map { item.values[$0 % 16 * item.values.count / 16] }
            let picture = labels.enumerated().map { UInt8(truncatingIfNeeded: Int($1) * 90 + $0 * Int(item.picture) % 40) }
            for (part, pixels) in [("images", picture), ("labels", labels)] {
                try PNG.write(gray: pixels, width: 16, height: 16, to: folder.appending(path: "\(part)/\(number).png"))
            }
            rows += "\(number),\(item.split)\n"
        }
        try Data(rows.utf8).write(to: folder.appending(path: "split.csv"))
    }

    private static let settings = [
        "input.normalization={range: [0, 255]}", "input.fit={pad: [16, 16]}", "training.batch_size=2",
        "data.classes=[{name: background, values: [0]}, {name: a, values: [1]}, {name: b, values: [2]}]",
    ]

    private func train(_ folder: URL, _ settings: [String]) throws -> (warnings: [String], run: RunFolder) {
        var warnings: [String] = []
        let run = try TinyRun.train(
            TinyRun.configuration(Self.settings + settings), data: folder, into: folder.appending(path: "run")
        ) { event in
            if case .warned(let text) = event { warnings.append(text.replacing(folder.path, with: "DIR")) }
        }
        return (warnings, run)
    }

    private static let remedy = "look at the label files, and at data.classes, which says what their values mean"

    static let refusals: [(values: [UInt8], settings: [String], says: String)] = [
        (
            [0], [],
            "no class but 'background' trains: there is nothing to learn (axial planes or pictures, framed to 16×16); \(remedy)"
        ),
        (
            [2], [],
            "every pixel that trains is of class 'b': there is nothing to learn (axial planes or pictures, framed to 16×16); \(remedy)"
        ),
        (
            [0], ["data.background=none"],
            "every pixel that trains is of class 'background': there is nothing to learn (axial planes or pictures, framed to 16×16); \(remedy)"
        ),
        (
            [0, 1], [],
            "the objective 'margin(form=paper,tau=10,nu=1)' of stage 'margin' does not fit the training labels: no pixel of class "
                + "'b' trains (axial planes or pictures, framed to 16×16), so that its margin-offset is infinite; write exclude=[2] into the "
                + "term, or take the class out of data.classes"
        ),
        (
            [0, 1], ["training.stages.0.objective=ldam"],
            "the objective 'ldam' of stage 'pretraining' does not fit the training labels: class 2 (b) has no pixel: its margin in "
                + "ldam would be infinite"
        ),
    ]

    @Test(arguments: refusals)
    func nothingToLearnIsRefused(_ row: (values: [UInt8], settings: [String], says: String)) throws {
        try withTemporaryFolder { folder in
            try write([("train", 1, row.values), ("train", 2, row.values), ("val", 3, [0, 1, 2])], to: folder)
            let message = try #require(messageThrown { _ = try train(folder, row.settings) })
            #expect(message.replacing(folder.path, with: "DIR").hasPrefix("DIR/split.csv: \(row.says)"), "\(message)")
            #expect(try !TinyRun.names(in: folder).contains("run"), "nothing is left behind")
        }
    }

    @Test func whatMakesScoresMeanLessIsWarnedOf() throws {
        try withTemporaryFolder { folder in
            try write([("train", 1, [0, 1]), ("val", 1, [0, 1])], to: folder)
            let (warnings, run) = try train(folder, ["training.stages.1.objective=margin(sum=1,exclude=[2])"])
            #expect(
                warnings.prefix(4) == [
                    "1 image with equal content in several splits (train: DIR/images/0.png, validation: DIR/images/1.png)",
                    "one single image trains: expected many",
                    "no pixel of class 'b' trains (axial planes or pictures, framed to 16×16): it cannot be learnt",
                    "no pixel of class 'b' in the validation split",
                ], "\(warnings)")
            // The class that is nowhere counts as perfect in the paper's score, and not in the one that chooses.
            for record in try TinyRun.records(of: run) {
                let scores = record.validation.dataset
                if scores.emptyInPrediction[2] == 1 {
                    #expect(scores.iou[2] == 1 && record.score == scores.iou[1])
                } else {
                    #expect(record.score == scores.miouForeground)
                }
            }
        }
    }

    @Test func withoutForegroundToValidateNoScoreChooses() throws {
        try withTemporaryFolder { folder in
            try write([("train", 1, [0, 1, 2]), ("train", 2, [0, 2, 1]), ("val", 3, [0])], to: folder)
            let (warnings, run) = try train(folder, [])
            #expect(warnings.contains("no pixel of class 'a' in the validation split"))
            let scores = try TinyRun.records(of: run).map(\.score)
            #expect(scores.allSatisfy { $0 == nil || $0 == 0 }, "\(scores)")
        }
    }

    @Test func aStepThatNoMemoryHoldsIsNotBegun() throws {
        try withTemporaryFolder { folder in
            try write([("train", 1, [0, 1]), ("train", 2, [0, 2]), ("val", 3, [0, 1, 2])], to: folder)
            let said = messageThrown {
                _ = try train(folder, ["input.fit={pad: [65536, 65536]}", "training.batch_size=1024"])
            }
            // Levels of 16, 32, 64, 128 features keep four inputs of convolutions each and the last, of 256, two.
            #expect(
                said?.hasPrefix(
                    "a step on 1024 of 65536×65536 (rows × columns) (training.batch_size, input.fit), would take about ") == true,
                "\(said ?? "nothing")")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
        }
    }
}
