import Randomness

/// A smooth random displacement of every pixel: a uniform cubic B-spline over control points.
///
/// Source: Rueckert et al. 1999, *Nonrigid registration using free-form deformations*, Eq. 1, in two or three dimensions.
struct DisplacementField {
    private let spacing: Double
    private let size: GridSize
    private let rows: Int
    private let columns: Int
    /// Shifts along planes, rows and columns.
    private let points: [SIMD3<Double>]

    init(_ size: GridSize, spacing: Double, deviation: Double, _ generator: inout SeededGenerator) {
        self.spacing = spacing
        self.size = size
        // Each pixel depends on four control points along each axis; a plane has one layer of them.
        func count(_ length: Int) -> Int { Int(Double(length - 1) / spacing) + 4 }
        rows = count(size.height)
        columns = count(size.width)
        let layers = size.dimensions == 3 ? count(size.depth) : 1
        points = (0..<layers * rows * columns).map { _ in
            // Planes have no draw for an axis that they do not have.
            let along = size.dimensions == 3 ? deviation * generator.bell() : 0
            let row = deviation * generator.bell()
            return SIMD3(along, row, deviation * generator.bell())
        }
    }

    /// The largest shift of a control point along planes, rows and columns: no pixel's is larger, since the weights of a B-spline
    /// are positive and add up to 1.
    var largestShift: SIMD3<Double> {
        points.reduce(.zero) { largest, point in
            SIMD3(max(largest.x, abs(point.x)), max(largest.y, abs(point.y)), max(largest.z, abs(point.z)))
        }
    }

    /// Along planes, rows and columns.
    func at(plane: Int, row: Int, column: Int) -> SIMD3<Double> {
        let (z, y, x) = (Double(plane) / spacing, Double(row) / spacing, Double(column) / spacing)
        let (front, top, left) = (Int(z), Int(y), Int(x))
        let (rowWeights, columnWeights) = (Self.weights(y - Double(top)), Self.weights(x - Double(left)))
        func inLayer(_ layer: Int) -> SIMD3<Double> {
            var shift = SIMD3<Double>.zero
            for i in 0..<4 {
                let first = (layer * rows + top + i) * columns + left
                for j in 0..<4 { shift += points[first + j] * (rowWeights[i] * columnWeights[j]) }
            }
            return shift
        }
        guard size.dimensions == 3 else { return inLayer(0) }
        let weights = Self.weights(z - Double(front))
        return (0..<4).reduce(SIMD3<Double>.zero) { $0 + inLayer(front + $1) * weights[$1] }
    }

    /// The four cubic B-spline weights at a place between control points, 0 ≤ t < 1.
    private static func weights(_ t: Double) -> SIMD4<Double> {
        let (s, square, cube) = (1 - t, t * t, t * t * t)
        return SIMD4(s * s * s, 3 * cube - 6 * square + 4, -3 * cube + 3 * square + 3 * t + 1, cube) / 6
    }
}
