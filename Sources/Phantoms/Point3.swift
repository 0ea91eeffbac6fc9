/// A point or a direction in space, mm.
struct Point3: Sendable {
    var x: Double, y: Double, z: Double

    static func + (a: Point3, b: Point3) -> Point3 { Point3(x: a.x + b.x, y: a.y + b.y, z: a.z + b.z) }
    static func - (a: Point3, b: Point3) -> Point3 { Point3(x: a.x - b.x, y: a.y - b.y, z: a.z - b.z) }
    static func * (a: Point3, s: Double) -> Point3 { Point3(x: a.x * s, y: a.y * s, z: a.z * s) }

    func dot(_ other: Point3) -> Double { x * other.x + y * other.y + z * other.z }

    /// The direction, of length 1.
    var unit: Point3 { self * (1 / max(1e-9, dot(self).squareRoot())) }
}
