/// A smooth random displacement of every pixel: a uniform cubic B-spline over control points.
///
/// Source: Rueckert et al. 1999, *Nonrigid registration using free-form deformations*, Eq. 1 in two dimensions.
struct DisplacementField {
    private let spacing: Double
    private let columns: Int
    private let points: [(row: Double, column: Double)]

    init(_ size: PlaneSize, spacing: Double, deviation: Double, _ generator: inout SeededGenerator) {
        self.spacing = spacing
        // Each pixel hangs on four control points along each axis.
        let rows = Int(Double(size.height - 1) / spacing) + 4
        columns = Int(Double(size.width - 1) / spacing) + 4
        points = (0..<rows * columns).map { _ in (deviation * generator.bell(), deviation * generator.bell()) }
    }

    func at(row: Int, column: Int) -> (row: Double, column: Double) {
        let (y, x) = (Double(row) / spacing, Double(column) / spacing)
        let (top, left) = (Int(y), Int(x))
        let (rowWeights, columnWeights) = (Self.weights(y - Double(top)), Self.weights(x - Double(left)))
        var shift = (row: 0.0, column: 0.0)
        for i in 0..<4 {
            for j in 0..<4 {
                let weight = rowWeights[i] * columnWeights[j]
                let point = points[(top + i) * columns + left + j]
                shift.row += weight * point.row
                shift.column += weight * point.column
            }
        }
        return shift
    }

    /// The four cubic B-spline weights at a place between control points, 0 ≤ t < 1.
    private static func weights(_ t: Double) -> SIMD4<Double> {
        let (s, square, cube) = (1 - t, t * t, t * t * t)
        return SIMD4(s * s * s, 3 * cube - 6 * square + 4, -3 * cube + 3 * square + 3 * t + 1, cube) / 6
    }
}
