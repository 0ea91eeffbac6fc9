/// A map from voxel indices (x, y, z) to a position in millimetres, RAS+: right, anterior and superior are positive.
public struct Affine: Sendable, Hashable {
    /// The 4 × 4 matrix, row by row; the last row is 0, 0, 0, 1.
    public let rowMajor: [Double]

    /// - Precondition: 16 numbers whose last four are 0, 0, 0, 1.
    public init(rowMajor: [Double]) {
        precondition(Affine.isAffine(rowMajor), "an affine has 16 numbers and the last row 0, 0, 0, 1")
        self.rowMajor = rowMajor
    }

    /// The map whose first three rows are `rows`, 12 numbers.
    init(rows: [Double]) {
        self.init(rowMajor: rows + [0, 0, 0, 1])
    }

    /// Axes along the voxel grid, with voxel (0, 0, 0) at the origin.
    init(spacing: [Double]) {
        self.init(rows: [spacing[0], 0, 0, 0, 0, spacing[1], 0, 0, 0, 0, spacing[2], 0])
    }

    /// The entry of the 4 × 4 matrix.
    public subscript(row: Int, column: Int) -> Double { rowMajor[4 * row + column] }

    /// The position of a place in the grid, `[x, y, z]` to millimetres.
    func applied(to place: [Double]) -> [Double] {
        (0..<3).map { row in (0..<3).reduce(self[row, 3]) { $0 + self[row, $1] * place[$1] } }
    }

    /// The largest distance between the positions that two maps give a voxel of a grid, in mm; a corner has it.
    package func distance(from other: Affine, over grid: Extent) -> Double {
        let last = grid.sizes.map { Double($0 - 1) }
        return (0..<8).map { corner in
            let place = (0..<3).map { corner >> $0 & 1 == 1 ? last[$0] : 0 }
            return (0..<3).reduce(0.0) { sum, row in
                let offset = (0..<3).reduce(self[row, 3] - other[row, 3]) {
                    $0 + (self[row, $1] - other[row, $1]) * place[$1]
                }
                return sum + offset * offset
            }.squareRoot()
        }.max() ?? 0
    }

    /// The lengths of the first three columns: the distance between neighbours along x, y and z, in mm.
    var columnLengths: [Double] {
        (0..<3).map { column in
            (0..<3).reduce(0) { $0 + self[$1, column] * self[$1, column] }.squareRoot()
        }
    }

    /// The 3 × 3 part with columns of length 1, row by row, or nil where it has no inverse or is not finite.
    ///
    /// The volume of its columns is 1 for a rotation; below 1e-6 the axes lie in a plane for all that Float32 headers say.
    var directions: Matrix3? {
        guard rowMajor.allSatisfy(\.isFinite) else { return nil }
        let lengths = columnLengths
        guard lengths.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        let directions = Matrix3(rowMajor: (0..<9).map { self[$0 / 3, $0 % 3] / lengths[$0 % 3] })
        return abs(directions.determinant) > 1e-6 ? directions : nil
    }

    fileprivate static func isAffine(_ numbers: [Double]) -> Bool {
        numbers.count == 16 && Array(numbers[12...]) == [0, 0, 0, 1]
    }
}

extension Affine: Codable {
    /// - Throws: `DecodingError` unless there are 16 numbers with the last row of an affine.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let numbers = try container.decode([Double].self)
        guard Affine.isAffine(numbers) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an affine has 16 numbers, row by row, and the last row 0, 0, 0, 1")
        }
        self.init(rowMajor: numbers)
    }

    /// As the 16 numbers of `rowMajor`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rowMajor)
    }
}
