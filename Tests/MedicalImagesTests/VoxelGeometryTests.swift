import Foundation
import MedicalImages
import Testing

@Suite struct VoxelGeometryTests {
    struct Oriented: Sendable, CustomTestStringConvertible {
        let code: String
        let numbers: [Double]
        var testDescription: String { code }

        init(_ code: String, _ numbers: [Double]) { (self.code, self.numbers) = (code, numbers) }

        /// The nine numbers, row by row, with an origin that must not matter.
        var affine: Affine {
            let rows = (0..<3).map { numbers[3 * $0..<3 * $0 + 3] + [-90] }
            return Affine(rowMajor: rows.joined() + [0, 0, 0, 1])
        }
    }

    // The sheared and oblique ones are as nibabel's `aff2axcodes` has them.
    @Test(arguments: [
        Oriented("RAS", [1, 0, 0, 0, 1, 0, 0, 0, 1]),
        Oriented("LPS", [-1, 0, 0, 0, -2, 0, 0, 0, 3]),
        Oriented("PIR", [0, 0, 1, -1, 0, 0, 0, -1, 0]),
        Oriented("ASL", [0, 0, -2, 2, 0, 0, 0, 2, 0]),
        Oriented("LAS", [-2, 0.3, 0.2, 0.3, 1.97, -0.35, 0.2, 0.32, 2.17]),
        Oriented("RAS", [1, 0.9, 0, 0, 1, 0, 0, 0, 1]),
        Oriented("ARS", [0.6, 0.8, 0, 0.8, -0.6, 0, 0, 0, 1]),
        Oriented("ARI", [0.2, 0.9, 0.3, 0.9, 0.1, 0.5, 0.4, 0.3, -0.6]),
    ])
    func theOrientationIsThatOfTheNearestAxes(_ row: Oriented) {
        #expect(VoxelGeometry(affine: row.affine).orientation == row.code)
    }

    static let volumes: [([Double], Double)] = [
        ([-1, 0, 0, 0, -2, 0, 0, 0, 3], 6), ([1, 0.9, 0, 0, 1, 0, 0, 0, 1], 1), ([0.6, 0.8, 0, 0.8, -0.6, 0, 0, 0, 2], 2),
    ]

    /// A sheared voxel is as large as its base times its height.
    @Test(arguments: volumes)
    func theVolumeOfAVoxel(_ numbers: [Double], _ volume: Double) {
        #expect(abs(VoxelGeometry(affine: Oriented("", numbers).affine).voxelVolume - volume) < 1e-12)
    }

    /// A volume turned by 45° lies as near to one axis as to another. Whichever of its axes a file stores first, and whichever way
    /// it counts along them, the volume comes into one order.
    @Test(arguments: [[0, 1, 2], [1, 2, 0], [2, 0, 1]], [false, true])
    func everyStorageOrderOfATurnedVolumeGivesOneGrid(_ rows: [Int], _ isFloat32: Bool) {
        let half = 0.5.squareRoot()
        let turned = [[half, half, 0], [-half, half, 0], [0, 0, 1]]
        // Places of a column in the patient, by the axis that it is turned about.
        let columns = zip([1.5, 0.75, 3], turned).map { spacing, column in
            (0..<3).map { row in
                let entry = spacing * column[rows[row]]
                return isFloat32 ? Double(Float(entry)) : entry
            }
        }
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        var found: Set<[Int]> = []
        for order in orders {
            for signs in 0..<8 {
                let stored = order.enumerated().map { place, column in columns[column].map { signs >> place & 1 == 1 ? -$0 : $0 }
                }
                let rows = (0..<3).map { row in stored.map { $0[row] } + [0] }
                let geometry = VoxelGeometry(affine: Affine(rowMajor: rows.flatMap(\.self) + [0, 0, 0, 1]))
                let axes = AxisOrder(towards: "LPS", from: geometry.orientation)
                let ordered = axes.geometry(of: geometry, extent: Extent(width: 4, height: 5, depth: 6))
                found.insert((0..<9).map { Int((ordered.affine[$0 / 3, $0 % 3] * 1e5).rounded()) })
            }
        }
        #expect(found.count == 1, "\(found)")
    }

    @Test func theSpacingIsTheLengthOfTheColumns() {
        let affine = Affine(rowMajor: [0, -3, 0, 7, 4, 0, 0, 8, 3, 4, 2, 9, 0, 0, 0, 1])
        #expect(VoxelGeometry(affine: affine).spacing == [5, 5, 2])
    }

    @Test(arguments: [(0.0, true), (0.0009, true), (-0.0009, true), (0.0011, false), (1, false)])
    func gridsAreCloseWhenNoEntryDiffersMuch(_ shift: Double, _ isClose: Bool) {
        let here = VoxelGeometry(spacing: [1, 1, 2])
        let there = VoxelGeometry(affine: Affine(rowMajor: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, shift, 0, 0, 0, 1]))
        #expect(here.isClose(to: there) == isClose)
        #expect(here.isClose(to: there, tolerance: 2))
    }

    @Test func aGeometrySurvivesJSON() throws {
        let geometry = VoxelGeometry(affine: Affine(rowMajor: [0, -3, 0, 7, 4, 0, 0, 8, 3, 4, 2, 9, 0, 0, 0, 1]))
        let data = try JSONEncoder().encode(geometry)
        #expect(try JSONDecoder().decode(VoxelGeometry.self, from: data) == geometry)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Affine.self, from: Data("[1, 2]".utf8)) }
    }
}
