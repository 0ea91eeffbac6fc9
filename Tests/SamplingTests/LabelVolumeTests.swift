import CaseTestSupport
import MedicalImages
import Testing

@testable import Sampling

struct LabelVolumeTests {
    @Test func holdsTheClassesOnTheFilesGrid() throws {
        let folder = try TemporaryFolder()
        let geometry = VoxelGeometry(spacing: [0.5, 0.75, 2])
        try folder.write(
            .int16([0, 300, 300, 7, 0, 0]), Extent(width: 3, height: 1, depth: 2), geometry: geometry, to: "a.nii.gz")
        let map = try LabelMap([0: 0, 300: 1], ignoring: [7])
        let volume = try LabelVolume(contentsOf: folder("a.nii.gz"), map: map)
        #expect(volume.classes == [0, 1, 1, LabelMap.ignored, 0, 0])
        #expect(volume.extent == Extent(width: 3, height: 1, depth: 2))
        #expect(volume.geometry?.spacing == [0.5, 0.75, 2])
        #expect(try LabelVolume.valueCounts(of: folder("a.nii.gz")) == [0: 3, 7: 1, 300: 2])
    }

    @Test func otherGridsAreRefused() throws {
        let folder = try TemporaryFolder()
        let extent = Extent(width: 2, height: 2, depth: 1)
        let samples = Samples.uint8([0, 1, 1, 0])
        try folder.write(samples, extent, to: "a.nii")
        try folder.write(samples, Extent(width: 4, height: 1, depth: 1), to: "wide.nii")
        try folder.write(samples, extent, geometry: VoxelGeometry(spacing: [1, 1.5, 1]), to: "coarse.nii")
        try folder.write(gray: [0, 1, 1, 0], width: 2, to: "bare.png")
        func volume(_ name: String) throws -> LabelVolume {
            try LabelVolume(contentsOf: folder(name), map: LabelMap(identity: 2))
        }
        let mask = try volume("a.nii")
        try volume("a.nii").requireSameGrid(as: mask)
        try volume("bare.png").requireSameGrid(as: mask)
        let wide = try volume("wide.nii")
        #expect(
            folder.message { try wide.requireSameGrid(as: mask) }
                == "DIR/wide.nii: 4×1×1 voxels, expected 2×2×1 as DIR/a.nii; resample one onto the other's grid")
        let coarse = try volume("coarse.nii")
        #expect(
            folder.message { try coarse.requireSameGrid(as: mask) }
                == "DIR/coarse.nii: a grid that lies up to 0.5 mm off, expected 0.011 mm at most as DIR/a.nii; "
                + "resample one onto the other's grid, or, where one's header is wrong, compare voxel by voxel: "
                + "--label-grid fromImage")
        try coarse.requireSameGrid(as: mask, grid: .fromImage)
        #expect(throws: LabelGridMismatch.self) { try wide.requireSameGrid(as: mask, grid: .fromImage) }
    }
}
