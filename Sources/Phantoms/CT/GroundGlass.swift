import Randomness

/// A hazy lesion near the pleura: an irregular blob with a soft border that thickens the lung without hiding its vessels.
struct GroundGlass: Sendable {
    let centre: Point3
    /// Half axes, mm.
    let radii: Point3
    /// Share of tissue in the lesion's middle, 0…1.
    let opacity: Double
    /// Width of the border as a share of the radius.
    let border: Double
    private let shape: ValueNoise
    private let texture: ValueNoise

    /// A lesion below the pleura in the slab `heights`, or nil where a few tries met no lung.
    init?(in chest: ChestAnatomy, heights: ClosedRange<Double>, span: Double, scale: Double, generator: inout SeededGenerator) {
        var place: Point3?
        for _ in 0..<200 {
            // More to the back and outside, as these lesions are.
            let point = Point3(
                x: generator.uniform(-span, span), y: span * generator.uniform(-0.55, 0.9),
                z: generator.uniform(heights.lowerBound, heights.upperBound))
            let depth = chest.cavityDepth(point.x, point.y, point.z)
            guard depth > 2, depth < 26, chest.lungDepth(point.x, point.y, point.z) > 2 else { continue }
            place = point
            break
        }
        guard let place else { return nil }
        centre = place
        let size = scale * generator.uniform(0.7, 1.35)
        radii = Point3(
            x: size * generator.uniform(0.75, 1.3), y: size * generator.uniform(0.75, 1.3), z: size * generator.uniform(0.8, 1.4))
        opacity = generator.uniform(0.2, 0.5)
        border = generator.uniform(0.35, 0.6)
        shape = ValueNoise(&generator)
        texture = ValueNoise(&generator)
    }

    /// How deep a point lies in the lesion: 0 outside, 1 in its core; its border is where this is ½.
    func membership(_ x: Double, _ y: Double, _ z: Double) -> Double {
        let dx = (x - centre.x) / radii.x, dy = (y - centre.y) / radii.y, dz = (z - centre.z) / radii.z
        let square = dx * dx + dy * dy + dz * dz
        guard square < 4 else { return 0 }
        let distance = square.squareRoot() + 0.62 * shape.fractal(dx * 1.5, dy * 1.5, dz * 1.5, octaves: 3)
        return ramp(1 + border / 2, 1 - border / 2, distance)
    }

    /// Share of tissue that the lesion adds at a point: its membership, mottled.
    func density(_ x: Double, _ y: Double, _ z: Double, membership: Double) -> Double {
        opacity * membership * (1 + 0.4 * texture.fractal(x * 0.14, y * 0.14, z * 0.14, octaves: 2))
    }
}
