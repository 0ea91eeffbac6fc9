import Randomness

/// One instrument: a long shaft from outside the picture, a wrist, two claspers, and sometimes a small probe between them.
///
/// Positions are fractions of the picture's width; time is counted in frames.
struct SurgicalInstrument: Sendable {
    /// The instrument's parts, with their label values.
    enum Part: UInt8, Sendable { case shaft = 1, wrist, claspers, probe }

    typealias Point = SIMD2<Double>

    /// A round rod, seen from the side, whose half width goes from `startRadius` to `endRadius`.
    struct Rod: Sendable {
        var part: Part
        var start: Point
        var end: Point
        var startRadius: Double
        var endRadius: Double
    }

    private let entry: Point
    private let home: Point
    private let size: Double
    private let probeFrames: ClosedRange<Double>?
    private let motion: ValueNoise
    private let speed: Double
    /// Blood on the metal.
    let stains: ValueNoise
    /// Darkness of the shaft, 0…1.
    let polish: Double

    init(fromLeft: Bool, holdsProbe: Bool, aspect: Double, generator: inout SeededGenerator) {
        let side = fromLeft ? -0.25 : 1.25
        entry = [side, aspect * generator.uniform(0.45, 1.15)]
        home = [
            fromLeft ? generator.uniform(0.3, 0.5) : generator.uniform(0.5, 0.7), aspect * generator.uniform(0.3, 0.62),
        ]
        size = generator.uniform(0.85, 1.2)
        let start = generator.uniform(-6, 8)
        probeFrames = holdsProbe ? start...start + generator.uniform(16, 40) : nil
        motion = ValueNoise(&generator)
        speed = generator.uniform(0.07, 0.15)
        stains = ValueNoise(&generator)
        polish = generator.uniform(0, 1)
    }

    /// The rods at a time, from the back to the front.
    func rods(at time: Double) -> [Rod] {
        let wander = Point(motion(time * speed, 0.5), motion(time * speed, 20.5)) * Point(0.26, 0.17)
        let joint = home + wander
        let along = Self.unit(joint - entry)
        let bend = Self.turned(along, by: 0.45 * motion(time * speed, 40.5))
        let knuckle = joint + bend * (0.085 * size)
        let opening = 0.06 + 0.30 * max(0, 0.4 + motion(time * speed * 1.6, 60.5))
        var rods = [
            Rod(part: .shaft, start: entry, end: joint, startRadius: 0.056 * size, endRadius: 0.050 * size),
            Rod(part: .wrist, start: joint, end: knuckle, startRadius: 0.043 * size, endRadius: 0.031 * size),
        ]
        if let probeFrames, probeFrames.contains(time) {
            let hold = knuckle + bend * (0.055 * size)
            let tilt = Self.turned(bend, by: 0.7 * motion(time * speed, 80.5))
            rods.append(
                Rod(
                    part: .probe, start: hold, end: hold + tilt * (0.055 * size), startRadius: 0.013 * size,
                    endRadius: 0.010 * size))
        }
        for side in [-1.0, 1.0] {
            let jaw = Self.turned(bend, by: side * opening)
            let root = knuckle + Point(-bend.y, bend.x) * (side * 0.008 * size)
            rods.append(
                Rod(
                    part: .claspers, start: root, end: root + jaw * (0.10 * size), startRadius: 0.020 * size,
                    endRadius: 0.008 * size))
        }
        return rods
    }

    private static func unit(_ v: Point) -> Point {
        v / max(1e-9, (v.x * v.x + v.y * v.y).squareRoot())
    }

    /// A turn by about 2 · `halfTangent` radians; the rational form needs no sine, whose last bit differs between systems.
    private static func turned(_ v: Point, by halfTangent: Double) -> Point {
        let t = halfTangent, scale = 1 / (1 + t * t)
        let cosine = (1 - t * t) * scale, sine = 2 * t * scale
        return [cosine * v.x - sine * v.y, sine * v.x + cosine * v.y]
    }
}
