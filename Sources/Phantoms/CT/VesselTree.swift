import Randomness

/// The vessels of both lungs: tubes that branch from the hila to the pleura and thin out.
///
/// They are as bright as lesions and brighter, so that intensity alone does not tell a lesion.
struct VesselTree: Sendable {
    /// A tube from `start` to `end`; mm.
    struct Branch: Sendable {
        var start: Point3
        var end: Point3
        var radius: Double
    }

    private(set) var branches: [Branch] = []

    init(in chest: ChestAnatomy, generator: inout SeededGenerator) {
        for side in [-1.0, 1.0] {
            for _ in 0..<16 {
                let hilum = Point3(
                    x: side * generator.uniform(34, 50), y: generator.uniform(-5, 28),
                    z: ChestAnatomy.lungHeight * generator.uniform(0.38, 0.62))
                let direction = Point3(
                    x: side * generator.uniform(0.3, 1), y: generator.uniform(-0.8, 0.9), z: generator.uniform(-1.1, 0.9))
                grow(from: hilum, along: direction.unit, radius: generator.uniform(2.6, 4.8), depth: 0, in: chest, &generator)
            }
        }
    }

    private mutating func grow(
        from start: Point3, along direction: Point3, radius: Double, depth: Int, in chest: ChestAnatomy,
        _ generator: inout SeededGenerator
    ) {
        guard radius > 0.75, depth < 8 else { return }
        let end = start + direction * generator.uniform(11, 20)
        branches.append(Branch(start: start, end: end, radius: radius))
        // The first branches still lie in the mediastinum; later ones end where the lung ends.
        guard depth < 2 || chest.lungDepth(end.x, end.y, end.z) > 3 else { return }
        for _ in 0..<2 {
            let bend = Point3(x: generator.bell(), y: generator.bell(), z: generator.bell()) * 0.42
            grow(
                from: end, along: (direction + bend).unit, radius: radius * generator.uniform(0.66, 0.88), depth: depth + 1,
                in: chest, &generator)
        }
    }

    /// The share of vessel in each pixel of an axial plane at height `z`.
    func coverage(z: Double, thickness: Double, grid: SliceGrid) -> [Float] {
        var plane = [Float](repeating: 0, count: grid.width * grid.height)
        let softness = 0.6 * grid.pixel
        for branch in branches {
            let reach = branch.radius + softness
            let low = min(branch.start.z, branch.end.z) - branch.radius - thickness / 2
            let high = max(branch.start.z, branch.end.z) + branch.radius + thickness / 2
            guard low < z, z < high else { continue }
            let columns = grid.columns(min(branch.start.x, branch.end.x) - reach...max(branch.start.x, branch.end.x) + reach)
            let rows = grid.rows(min(branch.start.y, branch.end.y) - reach...max(branch.start.y, branch.end.y) + reach)
            let axis = branch.end - branch.start
            let length = max(1e-9, axis.dot(axis))
            for row in rows {
                for column in columns {
                    let point = Point3(x: grid.x(column), y: grid.y(row), z: z)
                    let along = min(1, max(0, (point - branch.start).dot(axis) / length))
                    let offset = point - (branch.start + axis * along)
                    let inside = branch.radius - offset.dot(offset).squareRoot()
                    guard inside > -softness else { continue }
                    let pixel = row * grid.width + column
                    plane[pixel] = max(plane[pixel], Float(ramp(-softness, softness, inside)))
                }
            }
        }
        return plane
    }
}

/// A point or a direction in space, mm.
typealias Point3 = SIMD3<Double>

extension Point3 {
    func dot(_ other: Point3) -> Double { x * other.x + y * other.y + z * other.z }

    /// The direction, of length 1.
    var unit: Point3 { self * (1 / Swift.max(1e-9, dot(self).squareRoot())) }
}
