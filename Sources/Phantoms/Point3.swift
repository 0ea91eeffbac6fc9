/// A point or a direction in space, mm.
typealias Point3 = SIMD3<Double>

extension Point3 {
    func dot(_ other: Point3) -> Double { x * other.x + y * other.y + z * other.z }

    /// The direction, of length 1.
    var unit: Point3 { self * (1 / Swift.max(1e-9, dot(self).squareRoot())) }
}
