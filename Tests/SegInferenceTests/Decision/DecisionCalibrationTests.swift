import Foundation
import MedicalImages
import RunTestSupport
import SegMetrics
import TestSupport
import Testing

@testable import DataSets
@testable import SegInference

/// A model whose border between two classes is an intensity of 50, on pictures where it is 30.
@Suite struct DecisionCalibrationTests {
    private func model(checksum: String? = "w1", fit: String = "{pad: [8, 8]}") throws -> SegmentationModel {
        let overrides = ["input.normalization={range: [0, 100]}"]
        let plain = try LevelNetwork.model([0, 1], fit: fit, overrides: overrides)
        return try SegmentationModel(plain.inferer, configuration: plain.configuration, checksum: checksum)
    }

    private func cases(_ count: Int, in folder: URL, isShifted: Bool = true) throws -> [DataCase] {
        try (0..<count).map { number in
            let picture = (0..<64).map { UInt8(($0 * 5 + number * 3) % 100) }
            let (image, label) = (folder.appending(path: "\(number).png"), folder.appending(path: "\(number)_l.png"))
            try PNG.write(gray: picture, width: 8, height: 8, to: image)
            try PNG.write(gray: picture.map { $0 > (isShifted ? 30 : 50) ? 1 : 0 }, width: 8, height: 8, to: label)
            return DataCase(id: "\(number)", group: "p\(number)", image: ImageLocation(image), label: label)
        }
    }

    private func calibrate(
        _ cases: [DataCase], _ model: SegmentationModel, metric: String = "miou_foreground"
    ) throws -> StoredDecision {
        try DecisionCalibration(
            [.init(model, cases: cases)], reference: "validation", metric: metric, bootstrap: Bootstrap(resamples: 100)
        ).run().decision
    }

    @Test(arguments: ["{pad: [8, 8]}", "{resize: [16, 16], by: bilinear}"])
    func offsetsThatGainAreFoundStoredAndUsed(_ fit: String) throws {
        try withTemporaryFolder { folder in
            let (model, cases) = (try model(fit: fit), try cases(6, in: folder))
            let plain = try SplitEvaluation(model: model, cases: cases).run().summary.dataset
            let decision = try calibrate(cases, model)
            let offsets = try #require(decision.offsets)
            // Scores that were interpolated are smoother than the labels.
            let expected = fit.hasPrefix("{pad") ? 0.18...0.22 : 0.05...0.3
            #expect(offsets[0] == 0 && expected.contains(offsets[1]), "\(offsets)")
            #expect(decision.weights == ["w1"] && decision.classNames == ["c0", "c1"] && decision.thinning == 1)
            #expect((decision.groups, decision.parts) == (6, 5))
            #expect(decision.rows.map(\.iou) == [plain.iou[1]])
            #expect(decision.trial(.argmax)?.value == plain.miouForeground)
            let trial = try #require(decision.trial(.calibrated))
            #expect((trial.interval?.low ?? 0) > 0 && (trial.gain ?? 0) > 0.2)

            let file = folder.appending(path: "decision.json")
            try DecisionFile.write(decision, to: file)
            #expect(try DecisionFile.read(file) == decision)
            #expect(model.way == nil)
            #expect(
                try model.decide(nil, by: file) == [
                    "the largest score decides; \(file.path) holds offsets that gained, --decision calibrated uses them"
                ])
            #expect(try model.decide(.argmax, by: file).isEmpty && model.way == nil)
            let notes = try model.decide(.calibrated, by: file)
            let words = try #require(model.way)
            #expect(words.hasPrefix("decision by offsets 0.0, 0.") && notes == ["classes follow from \(words), of \(file.path)"])
            let decided = try SplitEvaluation(model: model, cases: cases).run()
            #expect(decided.summary.dataset.miouForeground == trial.value, "what was fitted is what is scored")
            #expect(decided.way == words)
            if fit.hasPrefix("{pad") {
                #expect(trial.value == 1)
                #expect(decided.networkStore == decided.store)
            }
            _ = try model.decide(.iou, by: file)
            #expect(model.way?.hasPrefix("decision by gains of IoU at 0.") == true)
            let byIoU = try SplitEvaluation(model: model, cases: cases).run().summary.dataset
            #expect(abs((byIoU.miouForeground ?? 0) - (decision.trial(.iou)?.value ?? 1)) < 1e-12)
        }
    }

    @Test func whatDoesNotGainIsNotStored() throws {
        try withTemporaryFolder { folder in
            let (model, cases) = (try model(), try cases(6, in: folder, isShifted: false))
            let decision = try calibrate(cases, model)
            #expect(decision.offsets == nil && decision.trial(.calibrated)?.offsets == [0, 0])
            #expect(decision.trial(.calibrated)?.gain == 0)
            let file = folder.appending(path: "decision.json")
            try DecisionFile.write(decision, to: file)
            #expect(
                try model.decide(.calibrated, by: file) == [
                    "no offsets gained when the model was calibrated: the largest score decides"
                ])
            #expect(model.way == nil)
            #expect(try model.decide(nil, by: file).isEmpty)
        }
    }

    @Test func onePatientShowsNoGain() throws {
        try withTemporaryFolder { folder in
            let decision = try calibrate(cases(1, in: folder), model())
            #expect(decision.offsets == nil && decision.parts == 0 && decision.trial(.calibrated)?.gain == nil)
            #expect(decision.trial(.calibrated)?.value == 1)
        }
    }

    @Test func aDecisionIsOfItsWeightsAlone() throws {
        try withTemporaryFolder { folder in
            let file = DecisionFile.url(of: folder)
            #expect(file.path == folder.path + "/decision.json")
            #expect(DecisionFile.url(of: folder.appending(path: "best.safetensors")) == file)
            #expect(
                messageThrown { _ = try model().decide(.iou, by: file) }
                    == "\(file.path) is missing: the decision 'iou' needs it; run marginseg calibrate on the model first")
            try DecisionFile.write(calibrate(cases(6, in: folder), model(checksum: "w2+w1")), to: file)
            #expect(try !model(checksum: "w1+w2").decide(.calibrated, by: file).isEmpty, "in whatever order")
            for name in [DecisionName.calibrated, .iou] {
                #expect(
                    messageThrown { _ = try model().decide(name, by: file) }
                        == "\(file.path) cannot be used as a decision of this model: it was found for other weights, those of "
                        + "w1+w2, expected w1; run marginseg calibrate on the same models")
            }
            #expect(try model().decide(nil, by: file).isEmpty && model().decide(.argmax, by: file).isEmpty)
        }
    }

    @Test(arguments: [
        ("{}", "it is not what `marginseg calibrate` writes"),
        (#"{"format":7}"#, "its form 7 is newer than this program's 1; update marginseg"),
    ])
    func otherFilesAreRefused(_ text: String, problem: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "decision.json")
            try Data(text.utf8).write(to: url)
            #expect(
                messageThrown { _ = try model().decide(.calibrated, by: url) }
                    == "\(url.path) cannot be used as a decision: \(problem)")
        }
    }

    @Test func aClassThatWasNeverRightHasNoDecisionByIoU() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(3, in: folder)
            for dataCase in cases {
                try PNG.write(gray: Array(repeating: 60, count: 64), width: 8, height: 8, to: dataCase.image.first)
                let label = folder.appending(path: "\(dataCase.id)_l.png")
                try PNG.write(gray: Array(repeating: 0, count: 64), width: 8, height: 8, to: label)
            }
            let decision = try calibrate(cases, model())
            #expect(decision.trial(.iou)?.value == nil && decision.trial(.argmax)?.value == 0)
            let file = folder.appending(path: "decision.json")
            try DecisionFile.write(decision, to: file)
            #expect(
                messageThrown { _ = try model().decide(.iou, by: file) }
                    == "\(file.path) gives no decision by IoU: the IoU of 'c1' was 0 on validation, expected above 0; "
                    + "use --decision argmax or calibrated")
        }
    }

    /// Each model of a cross-validation scores its own cases, and the decision is for all of them.
    @Test func severalModelsArePooled() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(6, in: folder)
            let calibration = try DecisionCalibration(
                [.init(model(), cases: Array(cases[..<3])), .init(model(checksum: "w0"), cases: Array(cases[3...]))],
                reference: "validation", metric: "dice:c1", bootstrap: Bootstrap(resamples: 100))
            var done: [Int] = []
            let decision = try calibration.run { done.append($0) }.decision
            #expect(calibration.caseCount == 6 && done == Array(1...6))
            #expect(decision.weights == ["w0", "w1"] && decision.groups == 6 && decision.metric == "dice:c1")
            #expect(try decision.trials.map(\.value) == calibrate(cases, model(), metric: "dice:c1").trials.map(\.value))
        }
    }

    @Test func casesThatCannotBeReadAreTold() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(4, in: folder)
            try Data("no picture".utf8).write(to: cases[1].image.first)
            let decision = try calibrate(cases, model())
            #expect(decision.groups == 3 && decision.problems.map(\.caseID) == ["1"])
        }
    }

    @Test func whatCannotBeCalibratedIsRefused() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(1, in: folder)
            #expect(
                messageThrown { _ = try calibrate(cases, model(), metric: "recall_foreground") }
                    == "the metric: recall_foreground; expected one of iou:c0, iou:c1, miou_foreground, miou_all, dice:c0, dice:c1, "
                    + "dice_foreground, dice_all")
            let other = try LevelNetwork.model([0, 1, 2])
            #expect(
                messageThrown {
                    _ = try DecisionCalibration(
                        [.init(model(), cases: cases), .init(other, cases: cases)], reference: "r", metric: "miou_all")
                }
                    == "the network cannot be calibrated with the first model: its classes are [\"c0\", \"c1\", \"c2\"], expected "
                    + "[\"c0\", \"c1\"]; calibrate models of one task together")
            #expect(
                messageThrown { _ = try calibrate(cases, model(checksum: nil)) }
                    == "the network cannot have a decision of its own: it has no checksum, by which the decision would know it; "
                    + "train it with this program")
        }
    }
}
