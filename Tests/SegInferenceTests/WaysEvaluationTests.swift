import Foundation
import MedicalImages
import RunTestSupport
import SegMetrics
import TestSupport
import Testing

@testable import DataSets
@testable import SegInference

@Suite struct WaysEvaluationTests {
    /// Two ways to make the same scores.
    private func models() throws -> [SegmentationModel] {
        let plain = try LevelNetwork.model([0, 1], overrides: ["input.normalization={range: [0, 100]}"])
        return try [nil, "mirroring (horizontal)"].map { way in
            try SegmentationModel(
                way == nil ? plain.inferer : Mirrored(plain.inferer, axes: [1]), configuration: plain.configuration,
                checksum: "w", way: way)
        }
    }

    private func cases(in folder: URL) throws -> [DataCase] {
        try (0..<4).map { number in
            let picture = (0..<64).map { UInt8(($0 * 7 + number) % 90) }
            let (image, label) = (folder.appending(path: "\(number).png"), folder.appending(path: "\(number)_l.png"))
            try PNG.write(gray: picture, width: 8, height: 8, to: image)
            try PNG.write(gray: picture.map { $0 > 30 ? 1 : 0 }, width: 8, height: 8, to: label)
            return DataCase(id: "\(number)", group: "p\(number / 2)", image: ImageLocation(image), label: label)
        }
    }

    @Test func everyWayScoresAsItWouldAlone() throws {
        try withTemporaryFolder { folder in
            let (models, cases, file) = (try models(), try cases(in: folder), folder.appending(path: "decision.json"))
            let classes = ScoredClasses(["c0", "c1"])
            let alone = try WaysEvaluation(models, decisionsIn: file, cases: cases).run().ways
            #expect(alone.map(\.decision) == [.argmax, .argmax] && alone.map(\.scoring) == [nil, "mirroring (horizontal)"])
            let calibration = try DecisionCalibration(
                [.init(models[0], cases: cases)], reference: "validation", metric: "miou_foreground",
                bootstrap: Bootstrap(resamples: 100))
            try DecisionFile.write(calibration.run().decision, to: file)
            let ways = try WaysEvaluation(models, decisionsIn: file, cases: cases).run().ways
            #expect(ways.map(\.decision) == [.argmax, .calibrated, .iou, .argmax, .calibrated, .iou])
            for (index, way) in ways.enumerated() {
                let model = models[index / 3]
                _ = try model.decide(way.decision, by: file)
                let result = try SplitEvaluation(model: model, cases: cases).run()
                #expect(way.store.cases.map(\.matrix) == result.store.cases.map(\.matrix), "\(way.decision)")
                #expect(way.store.groups.map(\.id) == ["p0", "p1"] && way.seconds > 0)
                let evaluation = way.evaluation(
                    subject: "s", reference: "r", classes: classes, rule: .one, bootstrap: Bootstrap(resamples: 10))
                #expect(evaluation.native.summary.dataset == result.summary.dataset && evaluation.inference == way.scoring)
            }
        }
    }

    @Test func aDecisionOfOtherWeightsIsRefused() throws {
        try withTemporaryFolder { folder in
            let (models, cases, file) = (try models(), try cases(in: folder), folder.appending(path: "decision.json"))
            let other = try SegmentationModel(models[0].inferer, configuration: models[0].configuration, checksum: "v")
            let calibration = try DecisionCalibration(
                [.init(other, cases: cases)], reference: "validation", metric: "miou_foreground",
                bootstrap: Bootstrap(resamples: 10))
            try DecisionFile.write(calibration.run().decision, to: file)
            let message = messageThrown { _ = try WaysEvaluation(models, decisionsIn: file, cases: cases) }
            #expect(message?.contains("it was found for other weights, those of v, expected w;") == true)
        }
    }

    @Test func casesThatCannotBeReadAreTold() throws {
        try withTemporaryFolder { folder in
            let (models, cases, file) = (try models(), try cases(in: folder), folder.appending(path: "decision.json"))
            try Data("no picture".utf8).write(to: cases[1].image.first)
            let result = try WaysEvaluation(models, decisionsIn: file, cases: cases).run()
            #expect(result.problems.map(\.caseID) == ["1"] && result.ways[1].store.cases.map(\.id) == ["0", "2", "3"])
            let none = try WaysEvaluation(models, decisionsIn: file, cases: [cases[1]])
            #expect(messageThrown { _ = try none.run() }?.contains("1.png") == true)
        }
    }
}
