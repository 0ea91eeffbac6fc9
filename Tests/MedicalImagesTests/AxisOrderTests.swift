import Testing

@testable import MedicalImages

struct AxisOrderTests {
    /// All 48 ways to store a volume.
    static let codes = ["LR", "PA", "IS"].permutations.flatMap { pairs in
        (0..<8).map { bits in String(pairs.enumerated().map { Array($1)[bits >> $0 & 1] }) }
    }

    /// A grid whose axes run along `code`, with its own spacing and place.
    private static func geometry(_ code: String) -> VoxelGeometry {
        let directions: [Character: (row: Int, sign: Double)] = [
            "R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1), "S": (2, 1), "I": (2, -1),
        ]
        var rows = Array(repeating: 0.0, count: 12)
        for (column, letter) in code.enumerated() {
            let (row, sign) = directions[letter]!  // the table has all letters
            rows[4 * row + column] = sign * [0.5, 2, 3][row]
        }
        for row in 0..<3 { rows[4 * row + 3] = Double(7 * row - 5) }
        return VoxelGeometry(affine: Affine(rows: rows))
    }

    @Test func thereAre48Orders() {
        #expect(Set(Self.codes).count == 48)
        for code in Self.codes { #expect(Self.geometry(code).orientation == code) }
    }

    @Test(arguments: codes, ["LPS", "RAS", "PIL"])
    func valuesKeepTheirPlacesInThePatient(_ code: String, _ towards: String) {
        let geometry = Self.geometry(code)
        let stored = Extent(width: 2, height: 3, depth: 4, channels: 2)
        let order = AxisOrder(towards: towards, from: geometry.orientation)
        let extent = order.extent(of: stored)
        let moved = order.geometry(of: geometry, extent: stored)
        #expect(moved.orientation == towards)
        let volume = Array(0..<stored.sampleCount)
        let values = order.apply(to: volume, of: stored)
        for z in 0..<extent.depth {
            for y in 0..<extent.height {
                for x in 0..<extent.width {
                    let place = order.storedPlace(of: [x, y, z], in: stored)
                    let (from, to) = ([x, y, z].map(Double.init), place.map(Double.init))
                    #expect(moved.affine.applied(to: from) == geometry.affine.applied(to: to))
                    for channel in 0..<2 {
                        let index = ((channel * extent.depth + z) * extent.height + y) * extent.width + x
                        let other = ((channel * stored.depth + place[2]) * stored.height + place[1]) * stored.width + place[0]
                        #expect(values[index] == volume[other])
                    }
                }
            }
        }
        #expect(order.inverse.apply(to: values, of: extent) == volume)
        #expect(order.inverse.extent(of: extent) == stored && order.inverse.inverse == order)
    }

    @Test func aGridInOrderStaysAsItIs() {
        #expect(AxisOrder(towards: "LPS", from: "LPS") == .stored)
        #expect(AxisOrder(0, 1, 2) == .stored)
    }

    @Test(arguments: [(0.0, 0.0), (0.1, 5.7), (1, 45)])
    func shearIsTheAngleBetweenAxes(_ slope: Double, degrees: Double) {
        let sheared = VoxelGeometry(affine: Affine(rows: [1, 0, 0, 0, 0, 1, slope, 0, 0, 0, 1, 0]))
        #expect(abs(sheared.shear - degrees) < 0.05)
        for code in Self.codes { #expect(Self.geometry(code).shear < 1e-6) }
    }
}

extension [String] {
    /// Of three.
    fileprivate var permutations: [[String]] {
        [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map { $0.map { self[$0] } }
    }
}
