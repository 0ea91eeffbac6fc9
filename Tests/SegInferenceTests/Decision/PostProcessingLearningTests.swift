import Foundation
import MedicalImages
import RunTestSupport
import Sampling
import SegMetrics
import TestSupport
import Testing

@testable import DataSets
@testable import PostProcessing
@testable import SegInference

/// A model that takes intensities above 50 for a class, on images with an object of them and specks that are none.
@Suite struct PostProcessingLearningTests {
    static let extent = Extent(width: 8, height: 8, depth: 2)
    /// A square object, and a speck at the other end.
    static let object = (0..<extent.voxelCount).map { $0 % 8 < 4 && $0 / 8 % 8 < 4 }
    static let speck = (0..<extent.voxelCount).map { $0 == extent.voxelCount - 1 }

    private func model(_ overrides: [String] = []) throws -> SegmentationModel {
        let plain = try LevelNetwork.model([0, 1], overrides: ["input.normalization={range: [0, 100]}"] + overrides)
        return try SegmentationModel(plain.inferer, configuration: plain.configuration, checksum: "w1")
    }

    /// - Parameter intensity: of the object; 40 is background for the model until offsets decide.
    private func cases(_ count: Int, in folder: URL, intensity: UInt8 = 90) throws -> [DataCase] {
        try (0..<count).map { number in
            let image = folder.appending(path: "\(number).nii")
            let label = folder.appending(path: "\(number)_l.nii")
            let geometry = VoxelGeometry(spacing: [1, 2, 3])
            let values = zip(Self.object, Self.speck).map { $0 ? intensity : $1 ? 95 : UInt8(number) }
            try NIfTI.write(.uint8(values), extent: Self.extent, geometry: geometry, to: image)
            try NIfTI.write(.uint8(Self.object.map { $0 ? 1 : 0 }), extent: Self.extent, geometry: geometry, to: label)
            return DataCase(id: "\(number)", group: "p\(number)", image: ImageLocation(image), label: label)
        }
    }

    private func calibrate(_ cases: [DataCase], _ model: SegmentationModel) throws -> StoredDecision {
        let calibration = try DecisionCalibration(
            [.init(model, cases: cases)], reference: "validation", metric: "dice_foreground",
            bootstrap: Bootstrap(resamples: 100))
        var stored = try calibration.run().decision
        try calibration.learnPostProcessing(for: &stored)
        return stored
    }

    @Test func whatIsLearnedIsStoredAndApplied() throws {
        try withTemporaryFolder { folder in
            let (model, cases) = (try model(), try cases(3, in: folder))
            let stored = try calibrate(cases, model)
            #expect(stored.postProcessing?.map(\.decision) == [.argmax])
            let learned = try #require(stored.postProcessing(after: .argmax))
            #expect(learned.steps.steps == [.keepLargest(of: .foreground)])
            #expect(learned.score == .dice && learned.caseCount == 3 && learned.groupCount == 3)
            let plain = try SplitEvaluation(model: model, cases: cases).run()
            let scores = try #require(learned.scores)
            #expect(scores.before == plain.summary.dataset.diceForeground && scores.after == 1)

            let file = folder.appending(path: "decision.json")
            try DecisionFile.write(stored, to: file)
            #expect(try DecisionFile.read(file) == stored)
            #expect(
                try model.postProcess(nil, by: file) == [
                    "label maps stay as they are; \(file.path) holds post-processing that raised the validation score (keep the largest "
                        + "component of the foreground), --post-processing stored applies it"
                ])
            #expect(try model.postProcess(PostProcessingName.none, by: file).isEmpty && model.way == nil)
            #expect(
                try model.postProcess(.stored, by: file) == [
                    "label maps are post-processed by \(file.path): keep the largest component of the foreground"
                ])
            let processed = try SplitEvaluation(model: model, cases: cases).run()
            #expect(processed.summary.dataset.diceForeground == 1)
            #expect(processed.way == "label maps with post-processing (keep the largest component of the foreground)")
            #expect(processed.networkStore == plain.networkStore, "scores at the network's size are the network's")
        }
    }

    @Test func whatOffsetsDecideHasStepsOfItsOwn() throws {
        try withTemporaryFolder { folder in
            let (model, cases) = (try model(), try cases(4, in: folder, intensity: 40))
            let stored = try calibrate(cases, model)
            #expect(stored.offsets != nil)
            #expect(stored.postProcessing?.map(\.decision) == [.argmax, .calibrated])
            #expect(stored.postProcessing(after: .argmax)?.steps.steps.isEmpty == true, "the speck is all that is predicted")
            #expect(stored.postProcessing(after: .calibrated)?.steps.steps == [.keepLargest(of: .foreground)])

            let file = folder.appending(path: "decision.json")
            try DecisionFile.write(stored, to: file)
            #expect(
                try model.postProcess(.stored, by: file) == [
                    "no step raised the score when the model was calibrated: label maps stay as they are"
                ])
            #expect(model.way == nil)
            _ = try model.decide(.calibrated, by: file)
            _ = try model.postProcess(.stored, by: file)
            #expect(try SplitEvaluation(model: model, cases: cases).run().summary.dataset.diceForeground == 1)
        }
    }

    @Test func aDecisionWithoutStepsIsRefused() throws {
        try withTemporaryFolder { folder in
            let (model, cases) = (try model(), try cases(2, in: folder))
            let file = folder.appending(path: "decision.json")
            #expect(
                messageThrown { _ = try model.postProcess(.stored, by: file) }
                    == "\(file.path) is missing: stored post-processing lies in it; run marginseg calibrate on the model first"
            )
            try DecisionFile.write(calibrate(cases, model), to: file)
            _ = try model.decide(.iou, by: file)
            #expect(
                messageThrown { _ = try model.postProcess(.stored, by: file) }
                    == "\(file.path) holds no post-processing for the decision 'iou': it was learned for 'argmax'; name one of these by "
                    + "--decision")
        }
    }

    @Test func classesWithoutBackgroundHaveNone() throws {
        try withTemporaryFolder { folder in
            let (model, cases) = (try model(["data.background=none"]), try cases(2, in: folder))
            let stored = try calibrate(cases, model)
            #expect(stored.postProcessing == nil)
            let file = folder.appending(path: "decision.json")
            try DecisionFile.write(stored, to: file)
            #expect(try model.postProcess(nil, by: file).isEmpty)
            #expect(
                messageThrown { _ = try model.postProcess(.stored, by: file) }
                    == "\(file.path) holds no post-processing for the decision 'argmax': none was learned; run marginseg calibrate on the "
                    + "model, whose data must have a background")
        }
    }

    /// A component of an image without spacing has no size in mm³.
    @Test(arguments: [(true, 3.0, 1), (true, 60, 0), (false, 60, nil)])
    func sizesAreThoseOfTheVoxels(_ hasSpacing: Bool, _ size: Double, _ expected: Int?) throws {
        try withTemporaryFolder { folder in
            let model = try model()
            model.postProcessing = LearnedPostProcessing(
                steps: PostProcessing([.removeSmall(of: .foreground, below: .init(size, .cubicMillimetres))]), score: .iou,
                tolerance: 0, caseCount: 1, groupCount: 1, trials: [])
            let file = folder.appending(path: "scan.\(hasSpacing ? "nii" : "png")")
            let values = (0..<64).map { UInt8($0 < 9 ? 90 : 0) }
            if hasSpacing {
                // Nine voxels of 6 mm³.
                try NIfTI.write(
                    .uint8(values), extent: Extent(width: 8, height: 8), geometry: VoxelGeometry(spacing: [1, 2, 3]), to: file)
            } else {
                try PNG.write(gray: values, width: 8, height: 8, to: file)
            }
            let prepared = try CaseReader(model.recipe).read(
                DataCase(id: "scan", group: "", image: ImageLocation(file), label: nil))
            if let expected {
                #expect(try model.predict(prepared).count { $0 == 1 } == 9 * expected)
            } else {
                #expect(throws: PostProcessingError.noSpacing(caseID: "scan")) { try model.predict(prepared) }
            }
        }
    }
}
