import Randomness

/// A made-up chest in millimetres: x to the patient's left, y to the back, z to the head, the origin in the body's axis at
/// the lungs' base.
///
/// Every structure is a signed depth (positive inside, about millimetres) turned into a soft coverage, painted from the
/// outside in.
struct ChestAnatomy: Sendable {
    /// Height of the lungs, mm.
    static let lungHeight = 240.0

    /// Half axes of the body's outline, mm.
    private let body: (x: Double, y: Double)
    /// Half axes of the chest cavity at its widest, mm.
    private let cavity: (x: Double, y: Double)
    private let fatThickness: Double
    private let lungDensity: Double
    private let gravityGradient: Double
    private let dependentBand: Double
    private let emphysema: Double
    private let heartSize: Double
    private let ribPhase: Double
    private let ribSpacing: Double
    private let outline: ValueNoise
    private let texture: ValueNoise
    private let mottling: ValueNoise

    init(fieldOfView: Double, aspect: Double, generator: inout SeededGenerator) {
        let width = fieldOfView * generator.uniform(0.43, 0.475)
        body = (width, min(width * generator.uniform(0.66, 0.76), fieldOfView * aspect * 0.44))
        fatThickness = generator.uniform(5, 17)
        let wall = fatThickness + generator.uniform(13, 19)
        cavity = (body.x - wall * 1.25, body.y - wall)
        lungDensity = generator.uniform(-885, -810)
        gravityGradient = generator.uniform(25, 85)
        dependentBand = generator.chance(0.4) ? generator.uniform(0.12, 0.3) : 0
        emphysema = generator.chance(0.3) ? generator.uniform(40, 90) : 0
        heartSize = generator.uniform(0.85, 1.12)
        ribPhase = generator.uniform(0, 1)
        ribSpacing = generator.uniform(24, 30)
        outline = ValueNoise(&generator)
        texture = ValueNoise(&generator)
        mottling = ValueNoise(&generator)
    }

    /// What a scanner with an edge of `softness` mm measures at a point.
    struct Tissue {
        var hounsfield: Double
        /// Share of lung in the voxel, 0…1.
        var lung: Double
    }

    func tissue(_ x: Double, _ y: Double, _ z: Double, softness: Double) -> Tissue {
        func cover(_ depth: Double) -> Double { ramp(-softness, softness, depth) }
        var hounsfield = tableDensity(x, y)
        let skin = bodyDepth(x, y, z)
        guard skin > -2 * softness else { return Tissue(hounsfield: hounsfield, lung: 0) }

        let grain = texture.fractal(x * 0.08, y * 0.08, z * 0.08, octaves: 2)
        hounsfield = mix(hounsfield, 20, cover(skin))
        hounsfield = mix(hounsfield, -105 + 12 * grain, cover(skin - 2))
        // Muscle, with fat between its layers.
        let striation = ramp(0.25, 0.6, texture(x * 0.05 + 40, y * 0.16, z * 0.03))
        hounsfield = mix(hounsfield, mix(48, -70, striation) + 12 * grain, cover(skin - fatThickness))

        let chest = cavityDepth(x, y, z)
        let inside = cover(chest + 4)
        if inside > 0 {
            hounsfield = mix(hounsfield, mediastinum(x, y, z, grain: grain, softness: softness), inside)
        }
        let lung = cover(lungDepth(x, y, z))
        if lung > 0 {
            hounsfield = mix(hounsfield, parenchyma(x, y, z), lung)
        }
        paintBones(&hounsfield, x, y, z, chest: chest, grain: grain, softness: softness)
        return Tissue(hounsfield: hounsfield, lung: lung)
    }

    // MARK: Soft parts

    private func bodyDepth(_ x: Double, _ y: Double, _ z: Double) -> Double {
        Self.depth(x, y, rx: body.x, ry: body.y) + 4 * outline(x * 0.02, y * 0.02, z * 0.008)
    }

    /// Depth below the pleura of the chest wall, mm.
    func cavityDepth(_ x: Double, _ y: Double, _ z: Double) -> Double {
        let level = z / Self.lungHeight
        let narrowing = 1 - 0.42 * ramp(0.45, 1.15, level)
        return Self.depth(x, y + 2, rx: cavity.x * narrowing, ry: cavity.y * narrowing)
            + 3 * outline(x * 0.03 + 9, y * 0.03, z * 0.02)
    }

    /// Depth below the surface of a lung, mm, from the chest wall, the mediastinum and the diaphragm.
    func lungDepth(_ x: Double, _ y: Double, _ z: Double) -> Double {
        let level = z / Self.lungHeight
        var depth = cavityDepth(x, y, z) - 3
        depth = min(depth, -heartDepth(x, y, level: level))
        // The middle: narrow in front, where the lungs almost meet, wide before the spine.
        let a = cavity.x, b = cavity.y
        let middle =
            a * (0.13 + 0.10 * ramp(-0.5, 0.5, y / b) + 0.05 * ramp(0.5, 0.9, level))
            - 0.09 * a * ramp(-0.2, -0.8, y / b) * ramp(0.75, 0.5, level)
        depth = min(depth, abs(x - 0.02 * a) - middle + 3 * outline(x * 0.05, y * 0.04 + 5, z * 0.04))
        depth = min(depth, -Self.depth(x, y - 0.80 * b, rx: 0.24 * a, ry: 0.34 * b))
        depth = min(depth, -aortaDepth(x, y, level: level))
        // The hila, where vessels and bronchi enter.
        let hilum = ramp(0.3, 0.45, level) * ramp(0.75, 0.6, level)
        if hilum > 0 {
            for side in [-1.0, 1.0] {
                let size = hilum * (1 + 0.3 * outline(x * 0.06, y * 0.06, z * 0.06 + 30))
                let rx = 0.12 * a * size + 0.1, ry = 0.16 * b * size + 0.1
                depth = min(depth, -Self.depth(x - side * 0.26 * a, y - 0.12 * b, rx: rx, ry: ry))
            }
        }
        return min(depth, diaphragmDepth(x, y, z))
    }

    private func heartDepth(_ x: Double, _ y: Double, level: Double) -> Double {
        let size = heartSize * ramp(-0.25, 0.2, level) * ramp(0.68, 0.42, level)
        guard size > 0.05 else { return -1000 }
        return Self.depth(
            x - 0.17 * cavity.x, y + 0.28 * cavity.y, rx: 0.43 * cavity.x * size, ry: 0.42 * cavity.y * size)
            + 2 * outline(x * 0.04, y * 0.04 + 70, level * 8)
    }

    private func aortaDepth(_ x: Double, _ y: Double, level: Double) -> Double {
        level < 0.72 ? Self.depth(x - 0.19 * cavity.x, y - 0.50 * cavity.y, rx: 12.5, ry: 12.5) : -1000
    }

    /// Height above the dome of the diaphragm under the nearer lung, mm; the right dome (x < 0, the liver) is higher.
    private func diaphragmDepth(_ x: Double, _ y: Double, _ z: Double) -> Double {
        let side = x < 0 ? -1.0 : 1.0
        let dx = (x - side * 0.48 * cavity.x) / (0.62 * cavity.x)
        let dy = (y + 0.12 * cavity.y) / (0.95 * cavity.y)
        let top = x < 0 ? 62.0 : 48.0
        return (z - (top - 75 * (dx * dx + dy * dy))) * 0.55
    }

    private func mediastinum(_ x: Double, _ y: Double, _ z: Double, grain: Double, softness: Double) -> Double {
        func cover(_ depth: Double) -> Double { ramp(-softness, softness, depth) }
        let level = z / Self.lungHeight
        let fat = ramp(0.0, 0.5, mottling(x * 0.06, y * 0.06, z * 0.04))
        var hounsfield = mix(28, -85, fat * ramp(0.2, 0.4, level)) + 14 * grain
        // Below the domes: liver, spleen, stomach.
        if z < 75 {
            let organ = ramp(1, -1, diaphragmDepth(x, y, z))
            hounsfield = mix(hounsfield, (x < 0 ? 58 : 44) + 8 * grain, organ)
        }
        hounsfield = mix(hounsfield, 42 + 6 * grain, cover(heartDepth(x, y, level: level) - 3))
        hounsfield = mix(hounsfield, 46, cover(aortaDepth(x, y, level: level)))
        let ascending = Self.depth(x + 0.05 * cavity.x, y + 0.18 * cavity.y, rx: 15, ry: 15)
        hounsfield = mix(hounsfield, 46, cover(ascending) * ramp(0.35, 0.5, level) * ramp(0.82, 0.72, level))
        let cava = Self.depth(x + 0.19 * cavity.x, y + 0.12 * cavity.y, rx: 9, ry: 10)
        hounsfield = mix(hounsfield, 40, cover(cava) * ramp(0.4, 0.5, level))
        let trachea = Self.depth(x + 2, y - 0.16 * cavity.y, rx: 9, ry: 8.5)
        if level > 0.58 {
            hounsfield = mix(hounsfield, 60, cover(trachea + 2))
            hounsfield = mix(hounsfield, -995, cover(trachea))
        } else if level > 0.4 {
            // The main bronchi diverge below the bifurcation.
            let offset = (0.58 - level) * 1.1 * cavity.x
            for side in [-1.0, 1.0] {
                let bronchus = Self.depth(x - side * offset, y - 0.14 * cavity.y, rx: 7.5, ry: 6)
                hounsfield = mix(hounsfield, 60, cover(bronchus + 2))
                hounsfield = mix(hounsfield, -980, cover(bronchus))
            }
        }
        let oesophagus = Self.depth(x - 6, y - 0.38 * cavity.y, rx: 8, ry: 6)
        return mix(hounsfield, 35, cover(oesophagus))
    }

    private func parenchyma(_ x: Double, _ y: Double, _ z: Double) -> Double {
        let fine = texture.fractal(x * 0.11, y * 0.11, z * 0.11, octaves: 3)
        let coarse = mottling.fractal(x * 0.022, y * 0.022, z * 0.022, octaves: 2)
        var hounsfield = lungDensity + 48 * fine + 38 * coarse + gravityGradient * (y / cavity.y)
        if emphysema > 0 {
            hounsfield -= emphysema * ramp(0.1, 0.5, mottling(x * 0.07 + 50, y * 0.07, z * 0.07))
        }
        if dependentBand > 0 {
            // Dependent density: a smooth band at the back, as hazy as a faint lesion, and no lesion.
            let band = ramp(16, 2, cavityDepth(x, y, z)) * ramp(0.35, 0.75, y / cavity.y)
            hounsfield = mix(hounsfield, 0, dependentBand * band)
        }
        return hounsfield
    }

    // MARK: Bones and table

    private func paintBones(
        _ hounsfield: inout Double, _ x: Double, _ y: Double, _ z: Double, chest: Double, grain: Double, softness: Double
    ) {
        func paint(_ depth: Double, cortex: Double, marrow: Double) {
            guard depth > -softness else { return }
            hounsfield = mix(hounsfield, cortex, ramp(-softness, softness, depth))
            hounsfield = mix(hounsfield, marrow + 60 * grain, ramp(-softness, softness, depth - 2.5))
        }
        if chest > -16, chest < 4, abs(x) > 14 {
            // A rib slants forward and down, so its height depends on where round the chest it is.
            let turns = (z + 1.05 * y + (x < 0 ? -2 : 2)) / ribSpacing + ribPhase
            let along = (turns - turns.rounded(.down) - 0.5) * ribSpacing
            paint(Self.depth(along, chest + 5, rx: 6.2, ry: 4.2), cortex: 620, marrow: 190)
        }
        let b = cavity.y
        paint(Self.depth(x, y - 0.78 * b, rx: 19, ry: 15), cortex: 380, marrow: 150)
        let arch = Self.depth(x, y - 0.78 * b - 21, rx: 16, ry: 12)
        if arch > -softness {
            paint(arch, cortex: 420, marrow: 260)
            let canal = Self.depth(x, y - 0.78 * b - 20, rx: 8.5, ry: 7)
            hounsfield = mix(hounsfield, 28, ramp(-softness, softness, canal))
        }
        paint(Self.depth(x, y - 0.78 * b - 40, rx: 3.6, ry: 15), cortex: 400, marrow: 260)
        paint(Self.depth(abs(x) - 26, y - 0.78 * b - 18 - 0.3 * (abs(x) - 26), rx: 13, ry: 4.5), cortex: 380, marrow: 200)
        paint(Self.depth(x, y + cavity.y + 4, rx: 17, ry: 6), cortex: 330, marrow: 120)
        let level = z / Self.lungHeight
        if level > 0.4 {
            // Shoulder blades.
            let dx = abs(x) - 0.66 * cavity.x, dy = y - 0.86 * b
            let along = 0.83 * dx - 0.56 * dy, across = 0.56 * dx + 0.83 * dy
            paint(Self.depth(along, across - 9, rx: 34 * ramp(0.4, 0.6, level) + 1, ry: 3.4), cortex: 520, marrow: 240)
        }
    }

    private func tableDensity(_ x: Double, _ y: Double) -> Double {
        let below = y - body.y - 9 + 0.00045 * x * x
        let shell = ramp(3, 1, abs(below)) + ramp(3, 1, abs(below - 22))
        return -1000 + 760 * min(1, shell) + (below > 0 && below < 22 ? 60 : 0)
    }

    /// Depth inside the ellipse, about millimetres near its border.
    @inline(__always)
    private static func depth(_ x: Double, _ y: Double, rx: Double, ry: Double) -> Double {
        let u = x / rx, v = y / ry
        return (1 - (u * u + v * v).squareRoot()) * min(rx, ry)
    }
}
