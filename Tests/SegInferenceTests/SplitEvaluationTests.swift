import Foundation
import MarginCalibration
import MedicalImages
import RunTestSupport
import SegMetrics
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegInference

@Suite struct SplitEvaluationTests {
    /// Pictures of 4×2, as they are predicted and as they truly are; 9 is ignored. `a` and `b` are of one patient.
    static let pictures: [(name: String, patient: String, predicted: [UInt8], truth: [UInt8])] = [
        ("a", "p1", [1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]),
        ("b", "p1", [1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 1, 9]),
        ("c", "p2", [0, 0, 0, 0, 1, 1, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0]),
        ("d", "p3", [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]),
    ]

    private func cases(in folder: URL) throws -> [DataCase] {
        try FileManager.default.createDirectory(at: folder.appending(path: "labels"), withIntermediateDirectories: true)
        return try Self.pictures.map { picture in
            let image = folder.appending(path: "\(picture.name).png")
            let label = folder.appending(path: "labels/\(picture.name).png")
            try PNG.write(gray: picture.predicted, width: 4, height: 2, to: image)
            try PNG.write(gray: picture.truth, width: 4, height: 2, to: label)
            return DataCase(id: picture.name, group: picture.patient, image: ImageLocation(image), label: label)
        }
    }

    /// Classes 0 and 1; files of predictions say 7 for the latter.
    private func model(channels: Int = 1) throws -> SegmentationModel {
        try LevelNetwork.model([0, 1], values: [[0], [7, 1]], channels: channels, overrides: ["data.ignored_values=[9]"])
    }

    @Test func scoresAreThoseCountedByHand() throws {
        try withTemporaryFolder { folder in
            var done: [Int] = []
            let cases = try cases(in: folder)
            let evaluation = SplitEvaluation(
                model: try model(), cases: cases,
                predictions: try PredictionPlan(cases, folder: folder.appending(path: "out/predictions")))
            let result = try evaluation.run { done.append($0) }
            #expect(done == [1, 2, 3, 4])
            // All pixels: TP 6, FP 4, FN 3, TN 18.
            #expect(result.store.dataset == ConfusionMatrix(rows: [[18, 4], [3, 6]]))
            let summary = result.summary
            #expect(summary.classes == ScoredClasses(["c0", "c1"]))
            #expect(summary.pixels == 31)
            #expect(summary.dataset.iou == [18.0 / 25, 6.0 / 13])
            #expect(summary.dataset.dice == [36.0 / 43, 12.0 / 19])
            #expect(summary.dataset.recall == [18.0 / 22, 6.0 / 9])
            #expect(summary.dataset.pixelAccuracy == 24.0 / 31)
            let patients: [Double] = [6.0 / 9, 0, 1]  // p3 has no object in truth and prediction
            #expect(result.store.groups.map(\.id) == ["p1", "p2", "p3"])
            #expect(summary.perGroupMean.units == 3)
            #expect(summary.perGroupMean.iou[1] == patients.reduce(0, +) / 3)
            #expect(summary.perGroupMean.emptyInTruth == [0, 1])
            let images: [Double] = [1, 2.0 / 5, 0, 1]
            #expect(result.store.cases.map(\.id) == ["a", "b", "c", "d"])
            #expect(result.store.entries.map(\.imageID) == ["a/0", "b/0", "c/0", "d/0"])
            #expect(summary.perImageMean.units == 4)
            #expect(summary.perImageMean.iou[1] == images.reduce(0, +) / 4)
            #expect(summary.perCaseMean == summary.perImageMean, "a picture is a case of one image")

            let names = try TinyRun.names(in: folder.appending(path: "out/predictions"))
            #expect(names == ["a.png", "b.png", "c.png", "d.png"])
            for picture in Self.pictures {
                let written = try PNG.read(folder.appending(path: "out/predictions/\(picture.name).png"))
                #expect(written.samples == .uint8(picture.predicted.map { $0 * 7 }), "\(picture.name)")
            }
        }
    }

    @Test func theNetworksSizeIsScoredBesideTheNative() throws {
        try withTemporaryFolder { folder in
            let model = try LevelNetwork.model([0, 1], fit: "{resize: [1, 2]}", overrides: ["data.ignored_values=[9]"])
            let result = try SplitEvaluation(model: model, cases: Array(try cases(in: folder).prefix(1))).run()
            // Half of the rows are 1 in the picture: every pixel of the small one is ½, of which neither class is nearer.
            #expect(result.networkStore.dataset.total == 2)
            #expect(result.store.dataset.total == 8)
            #expect(result.calibration.predicted.count == 2)
            #expect(result.networkStore.entries.map(\.imageID) == ["a/0"])
        }
    }

    @Test func theFrameOfTheNetworkTakesNoPart() throws {
        try withTemporaryFolder { folder in
            let result = try SplitEvaluation(model: try model(), cases: try cases(in: folder)).run()
            #expect(result.networkStore == result.store, "a frame changes no pixel that counts")
            #expect(result.calibration.predicted.count == 31)
            #expect(result.calibration.predicted.rightCounts.reduce(0, +) == 24)
        }
    }

    @Test func surfacesAreMeasuredWhereTheyAreAskedFor() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(in: folder)
            let rows: [(scope: SurfaceMeasurement.Scope, count: Int?)] = [(.none, nil), (.volumes, nil), (.all, 4)]
            for row in rows {
                let result = try SplitEvaluation(model: model(), cases: cases, surfaces: .init(row.scope)).run()
                #expect(result.surfaces?.entries.count == row.count, "\(row.scope)")
                #expect(row.count == nil || result.surfaces?.unit == .pixels)
            }
        }
    }

    @Test func theEvaluationHoldsBothResolutions() throws {
        try withTemporaryFolder { folder in
            let result = try SplitEvaluation(model: try model(), cases: try cases(in: folder)).run()
            let evaluation = result.evaluation(
                subject: "runs/a", reference: "test", rule: .skip, bootstrap: .init(resamples: 50))
            #expect(evaluation.classNames == ["c0", "c1"])
            #expect((evaluation.native.groupCount, evaluation.native.caseCount, evaluation.native.imageCount) == (3, 4, 4))
            #expect(evaluation.native.summary.emptyRule == .skip)
            #expect(evaluation.native.summary.dataset == result.summary.dataset)
            #expect(evaluation.native.calibration == nil && evaluation.network?.calibration == result.calibration)
        }
    }

    @Test func anImageOfOtherChannelsIsNamed() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(in: folder)
            let message = messageThrown { _ = try SplitEvaluation(model: try model(channels: 3), cases: cases).run() }
            #expect(message == "\(folder.path)/a.png: 1 channel, expected 3 as in training")
        }
    }

    @Test func oneBadCaseLeavesTheOthersTheirScores() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(in: folder)
            try Data("no picture".utf8).write(to: cases[1].image.first)
            try PNG.write(gray: [0, 0], width: 2, height: 1, to: folder.appending(path: "labels/c.png"))
            let bare = DataCase(id: "x", group: "x", image: cases[3].image, label: nil)
            let plan = try PredictionPlan(cases + [bare], folder: folder.appending(path: "out"))
            let result = try SplitEvaluation(model: try model(), cases: cases + [bare], predictions: plan).run()
            #expect(result.store.cases.map(\.id) == ["a", "d"])
            #expect(result.problems.map(\.caseID) == ["b", "c", "x"])
            #expect(result.problems.map(\.kind) == [.unreadable, .geometry, .labels])
            #expect(result.evaluation(subject: "s", reference: "r", bootstrap: .init(resamples: 9)).problems == result.problems)
            let names = try TinyRun.names(in: folder.appending(path: "out"))
            #expect(names == ["a.png", "d.png"])
        }
    }

    @Test func predictionsTakeNobodysPlace() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(in: folder)
            let twins = [cases[0], cases[1]].enumerated().map { index, old in
                DataCase(id: ["p/a", "p_a"][index], group: old.group, image: old.image, label: old.label)
            }
            let doubled = messageThrown { _ = try PredictionPlan(twins, folder: folder.appending(path: "out")) }
            #expect(doubled?.contains("would both become this file") == true)
            let ontoLabels = messageThrown {
                _ = try PredictionPlan(cases, folder: folder.appending(path: "labels"), overwrite: true)
            }
            #expect(
                ontoLabels
                    == "\(folder.path)/labels/a.png cannot be written: it is an input of this command; name another --output")
        }
    }

    @Test func scoresThatAreNoNumbersAreNoPrediction() throws {
        try withTemporaryFolder { folder in
            let cases = try cases(in: folder)
            let model = try LevelNetwork.model([0, .nan], overrides: ["data.ignored_values=[9]"])
            let message =
                "the network in training gives 64 scores that are NaN or infinite for 'a', plane 0; "
                + "try a smaller learning_rate, clip_norm=1 or precision=float32"
            let prepared = try CaseReader(model.recipe).read(cases[0])
            let offsets = try MarginOffsets(LabelDistribution(counts: [9, 1]))
            let consumers: [() throws -> Void] = [
                { _ = try SplitEvaluation(model: model, cases: cases).run() },
                { _ = try model.predict(prepared) },
                { _ = try CaseStudy(cases[0], models: [model]) },
                { _ = try SplitEvaluation(model: model, cases: cases, offsets: offsets).run() },
            ]
            for consumer in consumers { #expect(messageThrown { try consumer() } == message) }
        }
    }

    @Test func anImageWithoutALabelCannotBeScored() throws {
        try withTemporaryFolder { folder in
            let first = try cases(in: folder)[0]
            let bare = DataCase(id: "a", group: "a", image: first.image, label: nil)
            let message = messageThrown { _ = try SplitEvaluation(model: try model(), cases: [bare]).run() }
            #expect(message == "a: this image has no label, and one is needed here; add it to the data set")
        }
    }
}
