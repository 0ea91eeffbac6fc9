import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegInference

@Suite struct SegmentationModelTests {
    static let extent = Extent(width: 6, height: 4, depth: 3)
    /// Intensities from 0 to 0.96, 0.5 not among them.
    static let mixed = (0..<extent.voxelCount).map { index -> Float in
        let level = (index * 37 + index * index * 11) % 25
        return Float(level) / 25
    }
    /// The right half is 1.
    static let halves = (0..<extent.voxelCount).map { index -> Float in index % extent.width >= extent.width / 2 ? 1 : 0 }

    private func prepared(_ values: [Float], by model: SegmentationModel, in folder: URL) throws -> PreparedCase {
        let file = folder.appending(path: "image.nii")
        try NIfTI.write(.float32(values), extent: Self.extent, geometry: VoxelGeometry(spacing: [1, 1, 1]), to: file)
        return try CaseReader(model.recipe).read(DataCase(id: "image", group: "", image: ImageLocation(file), label: nil))
    }

    @Test(arguments: AnatomicalPlane.allCases, [1, 2, 100])
    func labelsOfAFrameAreThoseOfItsPixels(_ plane: AnatomicalPlane, _ batchSize: Int) throws {
        try withTemporaryFolder { folder in
            let model = try LevelNetwork.model(
                [0, 1], overrides: ["input.plane=\(plane.rawValue)", "training.batch_size=\(batchSize)"])
            var planes = 0
            let prepared = try prepared(Self.mixed, by: model, in: folder)
            let labels = try model.predict(prepared) { done, total in
                planes += 1
                #expect(done == planes && total == prepared.extent.depth)
            }
            #expect(prepared.onFileGrid(labels).classes == Self.mixed.map { $0 > 0.5 ? 1 : 0 })
            #expect(planes == prepared.extent.depth)
        }
    }

    static let fits = [
        "{resize: [4, 6]}", "{resize: [8, 12]}", "{resize: [2, 2]}", "{resize: [9, 4], by: bilinear}",
        "{resize: [16, 32], by: bilinear}",
    ]

    @Test(arguments: fits, AnatomicalPlane.allCases)
    func halvesStayHalvesAtAnySizeOfTheNetwork(_ fit: String, _ plane: AnatomicalPlane) throws {
        try withTemporaryFolder { folder in
            let model = try LevelNetwork.model(
                [0, 1], fit: fit, overrides: ["input.plane=\(plane.rawValue)", "training.batch_size=2"])
            let prepared = try prepared(Self.halves, by: model, in: folder)
            #expect(try prepared.onFileGrid(model.predict(prepared)).classes == Self.halves.map { UInt8($0) })
        }
    }

    @Test(arguments: fits)
    func scoresAreBroughtBackNotLabels(_ fit: String) throws {
        try withTemporaryFolder { folder in
            let model = try LevelNetwork.model([0, 1], fit: fit)
            let labels = try model.predict(prepared(Self.mixed, by: model, in: folder))
            let size = GridSize(height: Self.extent.height, width: Self.extent.width)
            let recipe = model.recipe
            let smoothed = (0..<Self.extent.depth).flatMap { plane in
                let pixels = Self.mixed.plane(plane, of: Self.extent)
                return recipe.fit.restore(recipe.fit.apply(to: pixels, of: size), to: size)
            }
            // Where the intensity is the border's to the last bits, either label is right.
            let wrong = labels.indices.filter { abs(smoothed[$0] - 0.5) > 1e-5 && labels[$0] != (smoothed[$0] > 0.5 ? 1 : 0) }
            #expect(wrong.isEmpty)
        }
    }

    @Test func severalClassesAndEqualScores() throws {
        try withTemporaryFolder { folder in
            let values = (0..<Self.extent.voxelCount).map { Float($0 % 7) / 2 }
            let expected = values.map { UInt8([0, 0, 1, 1, 2, 2, 2][Int($0 * 2)]) }
            for fit in ["{pad: [8, 8]}", "{resize: [4, 6]}"] {
                let model = try LevelNetwork.model([0, 1, 2], fit: fit)
                let labels = try model.predict(prepared(values, by: model, in: folder))
                #expect(labels == expected, "0.5 and 1.5 lie between two levels: the lower class")
            }
        }
    }
}
