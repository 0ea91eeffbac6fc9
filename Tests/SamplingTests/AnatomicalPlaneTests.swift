import CaseTestSupport
import MedicalImages
import Testing

@testable import Sampling

struct AnatomicalPlaneTests {
    /// The value at (channel, z, y, x) is 1000 channel + 100 z + 10 y + x.
    private static let extent = Extent(width: 2, height: 3, depth: 4, channels: 2)
    private static let volume = (0..<extent.sampleCount).map { index in
        let (plane, rest) = index.quotientAndRemainder(dividingBy: 6)
        return 1000 * (plane / 4) + 100 * (plane % 4) + 10 * (rest / 2) + rest % 2
    }

    private static func geometry(_ rows: [Double]) -> VoxelGeometry {
        VoxelGeometry(affine: Affine(rowMajor: rows + [0, 0, 0, 1]))
    }

    private static let lps = geometry([-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0])
    private static let ras = geometry([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
    private static let bare = VoxelGeometry(spacing: [1, 1, 1])

    /// The second plane of the second channel.
    @Test(
        arguments: [
            (.axial, lps, 4, GridSize(height: 3, width: 2), [1100, 1101, 1110, 1111, 1120, 1121]),
            (.axial, ras, 4, GridSize(height: 3, width: 2), [1121, 1120, 1111, 1110, 1101, 1100]),
            (.coronal, lps, 3, GridSize(height: 4, width: 2), [1310, 1311, 1210, 1211, 1110, 1111, 1010, 1011]),
            (
                .sagittal, lps, 2, GridSize(height: 4, width: 3),
                [1301, 1311, 1321, 1201, 1211, 1221, 1101, 1111, 1121, 1001, 1011, 1021]
            ),
            (.file, ras, 4, GridSize(height: 3, width: 2), [1100, 1101, 1110, 1111, 1120, 1121]),
            (.axial, bare, 4, GridSize(height: 3, width: 2), [1100, 1101, 1110, 1111, 1120, 1121]),
            (.coronal, nil, 3, GridSize(height: 4, width: 2), [1310, 1311, 1210, 1211, 1110, 1111, 1010, 1011]),
            (.fileY, ras, 3, GridSize(height: 4, width: 2), [1010, 1011, 1110, 1111, 1210, 1211, 1310, 1311]),
            (
                .fileX, ras, 2, GridSize(height: 4, width: 3),
                [1001, 1011, 1021, 1101, 1111, 1121, 1201, 1211, 1221, 1301, 1311, 1321]
            ),
        ] as [(AnatomicalPlane, VoxelGeometry?, Int, GridSize, [Int])])
    func cuts(plane: AnatomicalPlane, geometry: VoxelGeometry?, count: Int, size: GridSize, expected: [Int]) {
        let order = plane.order(of: Self.extent, geometry)
        let extent = order.extent(of: Self.extent)
        #expect(extent.depth == count && extent.plane == size)
        #expect(order.apply(to: Self.volume, of: Self.extent).plane(1, channel: 1, of: extent) == expected)
        #expect(plane.extent(fromAxial: AnatomicalPlane.axial.order(of: Self.extent, geometry).extent(of: Self.extent)) == extent)
    }

    /// A picture of another side of the patient is one plane nevertheless; it is turned where its plane is the one asked for.
    @Test func aSinglePlaneStaysOne() {
        let coronal = Self.geometry([1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0])
        let single = Extent(width: 5, height: 4)
        #expect(AnatomicalPlane.axial.order(of: single, coronal) == .stored)
        #expect(AnatomicalPlane.axial.order(of: single, Self.ras).apply(to: Array(0..<20), of: single) == (0..<20).reversed())
    }

    private static let recipe = Recipe(
        labels: LabelMap(identity: 2), normalization: .zScore, fit: .pad(to: GridSize(height: 4, width: 4)))

    /// A tilted gantry leaves axes that are not at right angles: nothing of them is the patient's.
    @Test func shearedGridsAreRefused() throws {
        let sheared = Self.geometry([1, 0, 0, 0, 0, 1, 0.2, 0, 0, 0, 1, 0])
        #expect(
            message(of: { _ = try Self.recipe.grid(of: Self.extent, sheared, path: "f.nii") })
                == "f.nii: its axes are up to 11.3° from right angles, as a tilted gantry leaves them; resample it to a grid of "
                + "right angles, or train on planes as they are stored: input.plane=file")
        var recipe = Self.recipe
        recipe.plane = .file
        #expect(throws: Never.self) { try recipe.grid(of: Self.extent, sheared, path: "f.nii") }
    }

    /// What is cropped and turned comes back to the file's grid, and a voxel is named where the file has it.
    @Test func theGridLeadsBackToTheFile() throws {
        var recipe = Self.recipe
        recipe.crop = .box(PixelBox(x: 1, y: 0, width: 1, height: 2))
        let grid = try recipe.grid(of: Self.extent, Self.ras, path: "f.nii")
        #expect(grid.extent == Extent(width: 1, height: 2, depth: 4, channels: 2))
        let values = Array(grid.apply(to: Self.volume)[..<8])
        #expect(values == [20, 10, 120, 110, 220, 210, 320, 310], "of the turned planes the right column's upper rows")
        #expect(grid.restore(values, outside: -1).map { $0 < 0 ? 0 : $0 }.max() == 320)
        #expect(zip(grid.restore(values, outside: -1), Self.volume).allSatisfy { $0 == -1 || $0 == $1 })
        let position = grid.storedPosition(of: VoxelPosition(x: 0, y: 1, z: 2, channel: 0))
        #expect(position == VoxelPosition(x: 0, y: 1, z: 2, channel: 0) && grid.geometry?.orientation == "LPS")
    }

    /// Among files that state it, one that does not is told.
    @Test func anUnstatedOrientationIsRemarkedOn() throws {
        let summary = VoxelSummary([try Self.recipe.grid(of: Self.extent, Self.ras, path: "a")])
        let bare = try Self.recipe.grid(of: Self.extent, Self.bare, path: "b")
        #expect(summary.remarks(on: bare, recipe: Self.recipe).first?.contains("does not say how its voxels lie") == true)
        #expect(VoxelSummary([bare]).remarks(on: bare, recipe: Self.recipe).isEmpty)
        var recipe = Self.recipe
        recipe.plane = .file
        #expect(summary.remarks(on: bare, recipe: recipe).isEmpty)
    }

    /// A network of volumes sees the distance of planes too.
    @Test func distancesOfPlanesCountInVolumes() throws {
        let recipe = Recipe(
            labels: LabelMap(identity: 2), normalization: .zScore, fit: .crop(to: GridSize([2, 2, 2]), foreground: 0))
        func grid(_ planes: Double) throws -> CaseGrid {
            try recipe.grid(of: Self.extent, VoxelGeometry(spacing: [1, 1, planes]), path: "f")
        }
        let remark = try VoxelSummary([grid(1)]).remarks(on: grid(4), recipe: recipe).first
        #expect(
            remark?.hasPrefix("voxels of 4.0 × 1.0 × 1.0 mm, while the model was trained on 1.0 × 1.0 × 1.0 mm") == true,
            "\(remark ?? "nil")")
    }

    @Test(arguments: [(1.0, nil), (1.2, nil), (2.0, "pixels of 2.0 × 2.0 mm, while the model was trained on 1.0 × 1.0 mm")])
    func pixelsOfAnotherSizeAreRemarkedOn(_ spacing: Double, _ expected: String?) throws {
        func grid(_ spacing: Double) throws -> CaseGrid {
            try Self.recipe.grid(of: Self.extent, VoxelGeometry(spacing: [spacing, spacing, 5 * spacing]), path: "f.nii")
        }
        let remark = try VoxelSummary([grid(1)]).remarks(on: grid(spacing), recipe: Self.recipe).first
        #expect(expected.map { remark?.hasPrefix($0) == true } ?? (remark == nil), "\(remark ?? "nil")")
    }
}
