import MedicalImages
import Testing

@testable import Sampling

/// Labels by the shares of their masks.
struct GridResamplingTests {
    private static let size = GridSize(height: 4, width: 5)
    private static let labels: [UInt8] = [0, 0, 1, 1, 1, 0, 2, 2, 1, 1, 0, 2, 255, 255, 1, 3, 3, 255, 255, 0]

    /// Expected: SciPy's `ndimage.zoom` of each label's mask (order 1, grid mode, nearest), the first of the largest.
    @Test(
        arguments: [
            (
                [7, 9],
                [
                    0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 2, 2, 2, 1, 1, 1, 1, 0, 0, 2, 2, 2, 255, 1, 1, 1,
                    0, 0, 2, 2, 255, 255, 255, 1, 1, 3, 3, 3, 255, 255, 255, 255, 0, 0, 3, 3, 3, 3, 255, 255, 255, 0, 0,
                ]
            ),
            (
                [4, 8],
                [
                    0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 2, 2, 2, 1, 1, 1, 0, 0, 2, 255, 255, 255, 1, 1, 3, 3, 3, 255, 255, 255, 0, 0,
                ]
            ),
        ] as [([Int], [UInt8])])
    func enlargedLabelsAreScipys(lengths: [Int], expected: [UInt8]) {
        #expect(GridResampling.resize(labels: Self.labels, from: Self.size, to: GridSize(lengths)) == expected)
    }

    @Test func enlargedVolumesAreScipys() {
        let labels: [UInt8] = [2, 2, 0, 2, 1, 255, 1, 0, 2, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 2, 0, 1, 2, 0]
        #expect(
            GridResampling.resize(labels: labels, from: GridSize([2, 3, 4]), to: GridSize([3, 5, 6])) == [
                2, 2, 2, 0, 0, 2, 2, 2, 2, 0, 0, 2, 1, 1, 255, 1, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1,
                1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 2, 0, 0, 0, 0, 1, 2, 0, 0,
            ])
    }

    /// Expected: SciPy's `ndimage.zoom` (order 1, grid mode, nearest).
    @Test func enlargedValuesAreScipys() {
        let values = (0..<24).map { Float(($0 * 7919 + 13) % 101) }
        let expected: [Float] = [
            13.0, 33.5, 60.8333, 88.1667, 65.0, 35.0, 38.2, 38.5, 45.6333, 72.9667, 70.0, 60.2, 76.0, 46.0, 22.8333,
            50.1667, 77.5, 98.0, 53.2, 53.5, 50.5333, 37.4667, 54.7, 75.2, 38.0, 58.5, 69.0, 29.0, 39.5, 60.0,
            6.5, 27.0, 54.3333, 81.6667, 58.5, 28.5, 31.7, 32.0, 39.1333, 66.4667, 63.5, 53.7, 69.5, 39.5, 16.3333,
            43.6667, 71.0, 91.5, 46.7, 47.0, 44.0333, 30.9667, 48.2, 68.7, 31.5, 52.0, 62.5, 22.5, 33.0, 53.5,
            0.0, 20.5, 47.8333, 75.1667, 52.0, 22.0, 25.2, 25.5, 32.6333, 59.9667, 57.0, 47.2, 63.0, 33.0, 9.8333,
            37.1667, 64.5, 85.0, 40.2, 40.5, 37.5333, 24.4667, 41.7, 62.2, 25.0, 45.5, 56.0, 16.0, 26.5, 47.0,
        ]
        let found = GridResampling.resize(values, from: GridSize([2, 3, 4]), to: GridSize([3, 5, 6]), .linear)
        #expect(found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    /// A pixel that is made of several has the label that fills most of it, which need not be the nearest pixel's.
    @Test func aReducedPixelHasTheLabelOfItsLargestPart() {
        let (long, short) = (GridSize(height: 1, width: 6), GridSize(height: 1, width: 2))
        let thin: [UInt8] = [1, 0, 1, 1, 0, 1]
        #expect(GridResampling.resize(labels: thin, from: long, to: short) == [1, 1])
        #expect(GridResampling.resizeNearest(thin, from: long, to: short) == [0, 0])
        let halves: [UInt8] = [4, 3, 255, 4]
        #expect(
            GridResampling.resize(labels: halves, from: GridSize(height: 1, width: 4), to: GridSize(height: 1, width: 1)) == [4])
        #expect(
            GridResampling.resize(labels: [4, 3, 3, 4], from: GridSize(height: 2, width: 2), to: GridSize(height: 1, width: 1))
                == [3], "the lowest of equals")
        #expect(
            GridResampling.resize(
                labels: [255, 255, 1, 255], from: GridSize(height: 2, width: 2), to: GridSize(height: 1, width: 1)) == [255])
    }

    /// Across planes that lie far apart nothing is interpolated; within them it is.
    @Test func coarseAxesTakeTheNearestPlane() {
        let planes = Self.labels + Self.labels.map { $0 == 255 ? 0 : 2 - min($0, 2) }
        let (size, other) = (GridSize([2, 4, 5]), GridSize([3, 7, 9]))
        let found = GridResampling.resize(labels: planes, from: size, to: other, planes: .nearest)
        let each = (0..<2).map { number in
            GridResampling.resize(
                labels: Array(planes[number * 20..<(number + 1) * 20]), from: Self.size, to: GridSize(height: 7, width: 9))
        }
        #expect(found == each[0] + each[1] + each[1])
    }

    @Test func whereNothingIsResampledLabelsStay() throws {
        #expect(GridResampling.resize(labels: Self.labels, from: Self.size, to: Self.size) == Self.labels)
        let recipe = Recipe(
            labels: LabelMap(identity: 4), normalization: .zScore, spacing: GridSpacing(rows: 1, columns: 1),
            fit: .crop(to: Self.size, foreground: 0))
        let route = try recipe.route(
            of: Extent(width: 5, height: 4), geometry: VoxelGeometry(spacing: [1, 1, 1]), path: "f")
        #expect(route.apply(toLabels: Self.labels) == Self.labels && route.restore(labels: Self.labels) == Self.labels)
    }
}
