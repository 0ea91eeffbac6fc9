import Randomness

/// A video's camera: exposure, white balance, defocus, haze and noise.
struct SurgicalCamera: Sendable {
    private let gain: Canvas.Colour
    private let defocus: Float
    private let noise: Double
    private let haze: Double
    private let smoke: ValueNoise

    init(_ generator: inout SeededGenerator) {
        let exposure = generator.uniform(0.85, 1.3)
        gain = [
            Float(exposure * generator.uniform(0.94, 1.08)), Float(exposure), Float(exposure * generator.uniform(0.9, 1.1)),
        ]
        defocus = Float(generator.uniform(0.2, 0.9))
        noise = generator.uniform(0.01, 0.03)
        haze = generator.uniform(0, 0.3)
        smoke = ValueNoise(&generator)
    }

    /// The picture as bytes, `[height, width, 3]`.
    func expose(_ canvas: Canvas, time: Double, generator: inout SeededGenerator) -> [UInt8] {
        var canvas = canvas
        canvas.smooth(strength: defocus)
        var bytes = [UInt8]()
        bytes.reserveCapacity(canvas.pixels.count * 3)
        let unit = 3 / Double(canvas.width)
        for row in 0..<canvas.height {
            for column in 0..<canvas.width {
                let density = smoke.fractal(Double(column) * unit + time * 0.05, Double(row) * unit, time * 0.1, octaves: 2)
                let veil = Float(haze * ramp(-0.2, 0.7, density))
                let light = canvas.pixels[row * canvas.width + column] * gain
                let seen = light * (1 - veil) + Canvas.Colour(repeating: 0.62 * veil)
                for channel in 0..<3 {
                    // The square root stands for the display's gamma.
                    let value = Double(max(0, seen[channel])).squareRoot() + noise * generator.bell()
                    bytes.append(UInt8(min(255, max(0, (value * 255).rounded()))))
                }
            }
        }
        return bytes
    }
}
