/// The instruments of one frame, drawn over nothing: colour, coverage and labels, `[height · width]` each.
struct InstrumentLayer: Sendable {
    let width: Int
    let height: Int
    /// Colour times coverage.
    private(set) var colours: [Canvas.Colour]
    private(set) var alpha: [Float]
    private(set) var labels: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        colours = [Canvas.Colour](repeating: .zero, count: width * height)
        alpha = [Float](repeating: 0, count: width * height)
        labels = [UInt8](repeating: 0, count: width * height)
    }

    /// The open shutter sees the instrument at these offsets, in frames; the label is that of the middle.
    private static let shutter = [-0.26, -0.13, 0, 0.13, 0.26]

    mutating func add(_ instrument: SurgicalInstrument, time: Double) {
        var blurred = InstrumentLayer(width: width, height: height)
        for offset in Self.shutter {
            var sharp = InstrumentLayer(width: width, height: height)
            for rod in instrument.rods(at: time + offset) { sharp.draw(rod, of: instrument) }
            let share = 1 / Float(Self.shutter.count)
            for pixel in sharp.alpha.indices where sharp.alpha[pixel] > 0 {
                blurred.colours[pixel] += share * sharp.colours[pixel]
                blurred.alpha[pixel] += share * sharp.alpha[pixel]
            }
            if offset == 0 { blurred.labels = sharp.labels }
        }
        for pixel in blurred.alpha.indices {
            if blurred.alpha[pixel] > 0 {
                colours[pixel] = colours[pixel] * (1 - blurred.alpha[pixel]) + blurred.colours[pixel]
                alpha[pixel] += (1 - alpha[pixel]) * blurred.alpha[pixel]
            }
            if blurred.labels[pixel] > 0 { labels[pixel] = blurred.labels[pixel] }
        }
    }

    private mutating func draw(_ rod: SurgicalInstrument.Rod, of instrument: SurgicalInstrument) {
        let scale = Double(width)
        let start = rod.start * scale, end = rod.end * scale
        let r0 = rod.startRadius * scale, r1 = rod.endRadius * scale
        let reach = max(r0, r1) + 1
        let axis = end - start
        let length = max(1e-9, axis.x * axis.x + axis.y * axis.y)
        // A clasper or a probe has a rounded end; a shaft and a wrist are cut square.
        let rounded = rod.part == .claspers || rod.part == .probe
        let columns = Self.clamped(min(start.x, end.x) - reach, max(start.x, end.x) + reach, width)
        let rows = Self.clamped(min(start.y, end.y) - reach, max(start.y, end.y) + reach, height)
        for row in rows {
            for column in columns {
                let dx = Double(column) + 0.5 - start.x, dy = Double(row) + 0.5 - start.y
                let t = (dx * axis.x + dy * axis.y) / length
                let along = min(1, max(0, t))
                let radius = mix(r0, r1, along)
                let offX = dx - axis.x * along, offY = dy - axis.y * along
                let distance = (offX * offX + offY * offY).squareRoot()
                var depth = radius - distance
                if !rounded {
                    let across = (dy * axis.x - dx * axis.y) / length.squareRoot()
                    let overrun = max(-t, t - 1) * length.squareRoot()
                    depth = min(radius - abs(across), -overrun + 0.5)
                }
                let cover = Float(ramp(-0.7, 0.7, depth))
                guard cover > 0 else { continue }
                let across = (dy * axis.x - dx * axis.y) / (length.squareRoot() * max(0.5, radius))
                let colour = Self.metal(
                    rod.part, along: t, across: across, rod: length.squareRoot() / scale, instrument,
                    x: Double(column) / scale, y: Double(row) / scale)
                let pixel = row * width + column
                colours[pixel] = colours[pixel] * (1 - cover) + colour * cover
                alpha[pixel] += (1 - alpha[pixel]) * cover
                if cover > 0.5 { labels[pixel] = rod.part.rawValue }
            }
        }
    }

    /// Colour of a rod at `along` (0…1 of its length) and `across` (−1…1 of its width).
    private static func metal(
        _ part: SurgicalInstrument.Part, along: Double, across: Double, rod length: Double, _ instrument: SurgicalInstrument,
        x: Double, y: Double
    ) -> Canvas.Colour {
        let round = max(0, 1 - across * across).squareRoot()
        let gloss = ramp(0.28, 0.05, abs(across + 0.35))
        var base: Double
        var shine: Double
        switch part {
        case .shaft:
            // Rings near the joint; the rest is a plain dark tube.
            let ring = ramp(0.006, 0.003, abs((1 - along) * length - 0.05)) * 0.25
            base = mix(0.10, 0.30, instrument.polish) + ring
            shine = mix(0.22, 0.42, instrument.polish)
        case .wrist:
            base = mix(0.30, 0.44, ramp(0.35, 0.5, along)) - 0.18 * ramp(0.10, 0.04, abs(along - 0.45))
            shine = 0.45
        case .claspers:
            let teeth = along * length * 90
            base = 0.40 + 0.06 * ramp(0.3, 0.7, abs(teeth - teeth.rounded()) * 2)
            shine = 0.45
        case .probe:
            base = 0.36
            shine = 0.32
        }
        let grey = base * (0.3 + 0.7 * round) + shine * gloss
        var colour = Canvas.Colour(repeating: Float(grey)) * [1.0, 0.98, 0.97]
        let blood = ramp(0.22, 0.4, instrument.stains.fractal(x * 13, y * 13, octaves: 2))
        colour += ([0.34, 0.06, 0.05] * Float(0.4 + 0.6 * round) - colour) * Float(0.75 * blood)
        return colour
    }

    private static func clamped(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
        let first = min(Double(count), max(0, low.rounded(.down)))
        let last = min(Double(count), max(first, high.rounded(.up)))
        return Int(first)..<Int(last)
    }
}
