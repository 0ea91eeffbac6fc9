import Randomness
import TestSupport
import Testing

@testable import SegMetrics

struct SurfaceDistancesTests {
    struct Volume: Sendable, CustomTestStringConvertible {
        let grid: VoxelGrid
        let seed: UInt64
        /// Of 10 voxels, so many are of the class.
        let density: Int
        var testDescription: String {
            "\(grid.width)×\(grid.height)×\(grid.depth), spacing \(grid.spacing), density \(density), seed \(seed)"
        }

        func labels(_ stream: UInt64) -> [UInt8] {
            var generator = SeededGenerator(seed: seed &* 31 &+ stream)
            return (0..<grid.count).map { _ in Int.random(in: 0..<10, using: &generator) < density ? 1 : 0 }
        }
    }

    static let volumes = [
        Volume(grid: .init(width: 7, height: 6, depth: 5, spacing: [0.7, 1.3, 2.9]), seed: 1, density: 2),
        Volume(grid: .init(width: 5, height: 8, depth: 6, spacing: [3, 0.4, 1]), seed: 2, density: 5),
        Volume(grid: .init(width: 9, height: 4, depth: 4, spacing: [1, 1, 1]), seed: 3, density: 9),
        Volume(grid: .init(width: 12, height: 11, spacing: [0.25, 2, 7]), seed: 4, density: 3),
        Volume(grid: .init(width: 13, height: 1, depth: 9, spacing: [0.5, 4, 1.5]), seed: 5, density: 6),
        Volume(grid: .init(width: 1, height: 1, depth: 14, spacing: [9, 9, 0.3]), seed: 6, density: 7),
    ]

    @Test(arguments: volumes)
    func equalBruteForce(_ volume: Volume) {
        let (truth, prediction) = (volume.labels(1), volume.labels(2))
        let tolerance = volume.grid.spacing[0]
        let found = SurfaceDistances(of: 1, truth: truth, prediction: prediction, grid: volume.grid, tolerance: tolerance)
        let (a, b) = (surface(truth, volume.grid), surface(prediction, volume.grid))
        let from = a.map { point in b.map { distance(point, $0, volume.grid.spacing) }.min() ?? .nan }.sorted()
        let back = b.map { point in a.map { distance(point, $0, volume.grid.spacing) }.min() ?? .nan }.sorted()
        let both = from + back
        #expect(abs((found.hausdorff ?? -1) - (both.max() ?? .nan)) < 1e-12)
        #expect(abs((found.hausdorff95 ?? -1) - max(percentile95(from), percentile95(back))) < 1e-12)
        #expect(abs((found.averageSymmetric ?? -1) - both.reduce(0, +) / Double(both.count)) < 1e-12)
        #expect(found.surfaceDice == Double(both.count { $0 <= tolerance }) / Double(both.count))
    }

    private func surface(_ labels: [UInt8], _ grid: VoxelGrid) -> [[Int]] {
        func has(_ p: [Int]) -> Bool {
            zip(p, grid.sizes).allSatisfy { (0..<$1).contains($0) }
                && labels[(p[2] * grid.height + p[1]) * grid.width + p[0]] == 1
        }
        let axes = (0..<3).filter { grid.sizes[$0] > 1 }
        return (0..<grid.count).map { [$0 % grid.width, $0 / grid.width % grid.height, $0 / (grid.width * grid.height)] }
            .filter { point in
                guard has(point) else { return false }
                return axes.contains { axis in
                    [-1, 1].contains { step in
                        var neighbour = point
                        neighbour[axis] += step
                        return !has(neighbour)
                    }
                }
            }
    }

    private func distance(_ a: [Int], _ b: [Int], _ spacing: [Double]) -> Double {
        (0..<3).reduce(0.0) { sum, axis in
            let step = spacing[axis] * Double(a[axis] - b[axis])
            return sum + step * step
        }.squareRoot()
    }

    private func percentile95(_ sorted: [Double]) -> Double {
        let place = 0.95 * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }

    struct Ellipsoid: Sendable {
        let center: [Double]
        let radii: [Double]
        /// Every voxel whose 7x + 13y + 29z this number divides is a hole.
        let holes: Int

        func labels(_ grid: VoxelGrid) -> [UInt8] {
            (0..<grid.count).map { index in
                let (x, y) = (index % grid.width, index / grid.width % grid.height)
                let z = index / (grid.width * grid.height)
                let (dx, dy) = ((Double(x) - center[0]) / radii[0], (Double(y) - center[1]) / radii[1])
                let dz = (Double(z) - center[2]) / radii[2]
                return dx * dx + dy * dy + dz * dz <= 1 && (7 * x + 13 * y + 29 * z) % holes != 0 ? 1 : 0
            }
        }
    }

    struct Reference: Sendable, CustomTestStringConvertible {
        let grid: VoxelGrid
        let truth: Ellipsoid
        let prediction: Ellipsoid
        let tolerance: Double
        let voxels: [Int]
        let hausdorff: Double
        let hausdorff95: Double
        let averageSymmetric: Double
        let surfaceDice: Double
        var testDescription: String { "\(grid.width)×\(grid.height)×\(grid.depth)" }
    }

    /// By scipy 1.17.1, for masks t and p of the ellipsoids, s = generate_binary_structure(ndim, 1):
    /// bt = t ^ binary_erosion(t, s); dt = distance_transform_edt(~bp, sampling)[bt], and the same the other way around;
    /// numpy.percentile(…, 95). MedPy's hd and assd agree on the volumes.
    static let references = [
        Reference(
            grid: .init(width: 50, height: 60, depth: 40, spacing: [0.9, 0.7, 2.5]),
            truth: .init(center: [24, 30, 19], radii: [14, 20, 11], holes: 97),
            prediction: .init(center: [26.5, 27, 21], radii: [15, 18, 9], holes: 53), tolerance: 2, voxels: [12718, 9929],
            hausdorff: 12.5, hausdorff95: 10, averageSymmetric: 2.0208030513491737, surfaceDice: 0.6710092061837762),
        Reference(
            grid: .init(width: 64, height: 48, depth: 31, spacing: [1, 1, 1]),
            truth: .init(center: [60, 20, 15], radii: [18, 16, 12], holes: 1_000_003),
            prediction: .init(center: [50, 22, 28], radii: [12, 14, 9], holes: 17), tolerance: 1, voxels: [9250, 4172],
            hausdorff: 18.466185312619388, hausdorff95: 16.76305461424021, averageSymmetric: 6.125064429304148,
            surfaceDice: 0.16203485633537448),
        Reference(
            grid: .init(width: 120, height: 100, spacing: [0.8, 0.5, 1]),
            truth: .init(center: [60, 50, 0], radii: [40, 30, 1], holes: 41),
            prediction: .init(center: [64, 46, 0], radii: [37, 33, 1], holes: 1_000_003), tolerance: 1.5, voxels: [3668, 3829],
            hausdorff: 16, hausdorff95: 12.612844015251369, averageSymmetric: 4.004800692805697,
            surfaceDice: 0.3404539385847797),
    ]

    @Test(arguments: references)
    func equalSciPy(_ row: Reference) {
        let (truth, prediction) = (row.truth.labels(row.grid), row.prediction.labels(row.grid))
        #expect([truth, prediction].map { $0.count { $0 == 1 } } == row.voxels)
        let found = SurfaceDistances(of: 1, truth: truth, prediction: prediction, grid: row.grid, tolerance: row.tolerance)
        #expect(abs((found.hausdorff ?? 0) - row.hausdorff) < 1e-12)
        #expect(abs((found.hausdorff95 ?? 0) - row.hausdorff95) < 1e-12)
        #expect(abs((found.averageSymmetric ?? 0) - row.averageSymmetric) < 1e-12)
        #expect(abs((found.surfaceDice ?? 0) - row.surfaceDice) < 1e-15)
    }

    @Test func whatIsEmptyIsSaid() {
        let grid = VoxelGrid(width: 4, height: 1)
        func measured(_ truth: [UInt8], _ prediction: [UInt8]) -> SurfaceDistances {
            SurfaceDistances(of: 1, truth: truth, prediction: prediction, ignoring: 255, grid: grid, tolerance: 1)
        }
        let rows: [(truth: [UInt8], prediction: [UInt8], empty: (Bool, Bool), surfaceDice: Double?)] = [
            ([0, 2, 0, 0], [0, 0, 2, 0], (true, true), nil), ([1, 0, 0, 0], [0, 0, 0, 0], (false, true), 0),
            ([0, 0, 0, 0], [0, 1, 1, 0], (true, false), 0), ([255, 0, 0, 0], [1, 0, 0, 0], (true, true), nil),
        ]
        for row in rows {
            let found = measured(row.truth, row.prediction)
            #expect(found.hausdorff == nil && found.hausdorff95 == nil && found.averageSymmetric == nil)
            #expect(found.isEmptyInTruth == row.empty.0 && found.isEmptyInPrediction == row.empty.1)
            #expect(found.surfaceDice == row.surfaceDice)
        }
        let equal = measured([0, 1, 1, 255], [0, 1, 1, 1])
        #expect([equal.hausdorff, equal.hausdorff95, equal.averageSymmetric, equal.surfaceDice] == [0, 0, 0, 1])
    }

    @Test func distancesAreSymmetricAndScaleWithTheSpacing() {
        let volume = Self.volumes[0]
        let (truth, prediction) = (volume.labels(1), volume.labels(2))
        let doubled = VoxelGrid(
            width: volume.grid.width, height: volume.grid.height, depth: volume.grid.depth,
            spacing: volume.grid.spacing.map { 2 * $0 })
        let found = SurfaceDistances(of: 1, truth: truth, prediction: prediction, grid: volume.grid, tolerance: 1)
        #expect(SurfaceDistances(of: 1, truth: prediction, prediction: truth, grid: volume.grid, tolerance: 1) == found)
        let far = SurfaceDistances(of: 1, truth: truth, prediction: prediction, grid: doubled, tolerance: 2)
        #expect(
            [far.hausdorff, far.hausdorff95, far.surfaceDice] == [
                found.hausdorff! * 2, found.hausdorff95! * 2, found.surfaceDice,
            ])
    }
}
