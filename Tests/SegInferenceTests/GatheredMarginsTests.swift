import Foundation
import MarginCalibration
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import SegInference

@Suite struct GatheredMarginsTests {
    /// Two pictures of 4×1 with intensities 0…4; `LevelNetwork([0, 2])` scores 0 and 2x − 2, so λ_1 = 2x − 2 = −λ_0.
    private func cases(in folder: URL) throws -> [DataCase] {
        try [("a", [0, 1, 2, 3], [0, 0, 1, 1]), ("b", [4, 0, 2, 0], [1, 1, 0, 9])].map {
            (name: String, image: [UInt8], truth: [UInt8]) in
            let (file, label) = (folder.appending(path: "\(name).png"), folder.appending(path: "\(name)_label.png"))
            try PNG.write(gray: image, width: 4, height: 1, to: file)
            try PNG.write(gray: truth, width: 4, height: 1, to: label)
            return DataCase(id: name, group: name, image: ImageLocation(file), label: label)
        }
    }

    private func model() throws -> SegmentationModel {
        try LevelNetwork.model([0, 2], fit: "{pad: [4, 4]}", overrides: ["data.ignored_values=[9]"])
    }

    @Test func boundsAreThoseOfTheSamePixelsByHand() throws {
        try withTemporaryFolder { folder in
            let offsets = try MarginOffsets(rho0k: [1, 4], rhoK0: [4, 1])
            var done: [Int] = []
            let evaluation = SplitEvaluation(model: try model(), cases: try cases(in: folder), offsets: offsets)
            let result = try #require(evaluation.run { done.append($0) }.margins)
            #expect(done == [1, 2])
            // λ_1 of the seven pixels, and their classes.
            var expected = EmpiricalMarginBounds(offsets: offsets)
            let pixels: [(margin: Float, label: UInt8)] = [(-2, 0), (0, 0), (2, 1), (4, 1), (6, 1), (-2, 1), (2, 0)]
            try expected.add(marginPlanes: pixels.map { -$0.margin } + pixels.map(\.margin), labels: pixels.map(\.label))
            #expect(result.bounds.iouLowerBound == expected.iouLowerBound)
            #expect(result.bounds.empiricalIoU == [2.0 / 4, 3.0 / 5])
            #expect(result.bounds.miouLowerBound < result.bounds.empiricalMIoU)
            #expect(result.byClass.own.map(\.total) == [3, 4])
            #expect(result.byClass.own.map(\.mean) == [0, 2.5])
        }
    }

    @Test func empiricalScoresAreThoseOfTheEvaluation() throws {
        try withTemporaryFolder { folder in
            // Resized on the way in and back: borders are interpolated scores.
            let model = try LevelNetwork.model(
                [0, 2], fit: "{resize: [3, 5], by: bilinear}", overrides: ["data.ignored_values=[9]"])
            let cases = try cases(in: folder)
            let offsets = try MarginOffsets(rho0k: [1, 4], rhoK0: [4, 1])
            let evaluation = try SplitEvaluation(model: model, cases: cases, offsets: offsets).run()
            #expect(evaluation.margins?.bounds.empiricalIoU == evaluation.summary.dataset.iou)
        }
    }
}
