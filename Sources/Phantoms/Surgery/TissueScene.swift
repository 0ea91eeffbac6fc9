import Randomness

/// Wet, folded tissue seen by an endoscope: texture, fat, vessels, relief, highlights, gauze and a thread.
struct TissueScene: Sendable {
    private let relief: ValueNoise
    private let colour: ValueNoise
    private let drift: ValueNoise
    private let scale: Double
    private let wetness: Double
    private let gauze: (x: Double, y: Double, radius: Double)?
    private let thread: (x: Double, y: Double, dx: Double, dy: Double)?

    init(_ generator: inout SeededGenerator) {
        relief = ValueNoise(&generator)
        colour = ValueNoise(&generator)
        drift = ValueNoise(&generator)
        scale = generator.uniform(3.6, 5.6)
        wetness = generator.uniform(0.5, 1.1)
        gauze =
            generator.chance(0.5)
            ? (generator.uniform(0.1, 0.9), generator.uniform(0.1, 0.7), generator.uniform(0.05, 0.09)) : nil
        let direction = generator.direction()
        thread =
            generator.chance(0.6)
            ? (generator.uniform(0.25, 0.75), generator.uniform(0.2, 0.6), direction.x, direction.y) : nil
    }

    func paint(_ canvas: inout Canvas, time: Double) {
        let width = canvas.width, height = canvas.height
        let unit = 1 / Double(width)
        // Breathing and the camera move the tissue; the field is sampled where it came from.
        let shiftX = 0.06 * drift(time * 0.11, 0.5), shiftY = 0.06 * drift(time * 0.11, 9.5)
        func place(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
            (Double(column) * unit + shiftX, Double(row) * unit + shiftY)
        }
        // One row and one column more than the picture, for the slopes.
        var heights = [Double]()
        heights.reserveCapacity((width + 1) * (height + 1))
        for row in 0...height {
            for column in 0...width {
                let p = place(column, row)
                heights.append(relief.fractal(p.x * scale, p.y * scale, time * 0.02, octaves: 5))
            }
        }
        for row in 0..<height {
            for column in 0..<width {
                let p = place(column, row)
                let here = heights[row * (width + 1) + column]
                let slopeX = (heights[row * (width + 1) + column + 1] - here) * 0.11 / unit
                let slopeY = (heights[(row + 1) * (width + 1) + column] - here) * 0.11 / unit
                let length = (1 + slopeX * slopeX + slopeY * slopeY).squareRoot()
                // The lamp sits beside the lens, a little to the left and above.
                let lit = max(0, (1 + 0.35 * slopeX + 0.45 * slopeY) / (length * 1.15))
                let mirror = max(0, (1 + 0.22 * slopeX + 0.28 * slopeY) / (length * 1.06))
                let x = Double(column) * unit - 0.5, y = (Double(row) - Double(height) / 2) * unit
                let fallOff = 1 / (1 + 2.2 * (x * x + y * y))
                var light = albedo(p.x, p.y) * Float((0.25 + 0.75 * lit) * fallOff)
                light += Canvas.Colour(repeating: Float(wetness * ramp(0.965, 1.0, mirror) * fallOff * ramp(-0.1, 0.25, here)))
                canvas.pixels[row * width + column] = light
            }
        }
    }

    private func albedo(_ x: Double, _ y: Double) -> Canvas.Colour {
        func blend(_ a: Canvas.Colour, _ b: Canvas.Colour, _ t: Double) -> Canvas.Colour { a + (b - a) * Float(t) }
        let grain = colour.fractal(x * scale * 1.7, y * scale * 1.7, octaves: 4)
        var tint = blend([0.46, 0.10, 0.09], [0.78, 0.36, 0.30], ramp(-0.5, 0.5, grain))
        let fat = colour.fractal(x * scale * 0.6 + 31, y * scale * 0.6, octaves: 3)
        tint = blend(tint, [0.86, 0.66, 0.40], 0.8 * ramp(0.18, 0.34, fat))
        // Vessels run where a smooth field changes its sign.
        let vessel = abs(colour.fractal(x * scale * 0.8, y * scale * 0.8 + 57, octaves: 2))
        tint = blend(tint, [0.34, 0.05, 0.09], 0.65 * ramp(0.035, 0.012, vessel))
        if let gauze {
            let dx = x - gauze.x, dy = y - gauze.y
            let edge = gauze.radius * (1 + 0.5 * colour(x * 22, y * 22, 3)) - (dx * dx + dy * dy).squareRoot()
            let weave = 0.6 + 0.12 * relief(x * 120, y * 120, 8)
            tint = blend(tint, Canvas.Colour(repeating: Float(weave)) * [1.0, 0.93, 0.9], ramp(-0.004, 0.004, edge))
        }
        if let thread {
            let along = (x - thread.x) * thread.dx + (y - thread.y) * thread.dy
            let across = (y - thread.y) * thread.dx - (x - thread.x) * thread.dy + 0.05 * relief(along * 7, 2.5)
            let edge = 0.0045 - abs(across)
            tint = blend(tint, [0.16, 0.17, 0.30], ramp(-0.003, 0.002, edge) * ramp(0.3, 0.24, abs(along)))
        }
        return tint
    }
}
