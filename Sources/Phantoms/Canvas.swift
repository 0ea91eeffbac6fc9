/// A picture in linear light, red, green and blue about 0…1, `[height · width]`.
struct Canvas: Sendable {
    typealias Colour = SIMD3<Float>

    let width: Int
    let height: Int
    var pixels: [Colour]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [Colour](repeating: .zero, count: width * height)
    }

    /// Darkens what lies under the instruments' shadows, which fall to the lower right.
    mutating func shade(below layer: InstrumentLayer) {
        let reach = max(1, width / 28)
        for row in reach..<height {
            for column in reach..<width {
                let caster = layer.alpha[(row - reach) * width + column - reach]
                pixels[row * width + column] *= 1 - 0.45 * caster
            }
        }
    }

    /// Puts the instruments over the picture; metal mirrors some of the tissue around it.
    mutating func lay(_ layer: InstrumentLayer) {
        for pixel in pixels.indices {
            let alpha = layer.alpha[pixel]
            guard alpha > 0 else { continue }
            let mirrored = layer.colours[pixel] + alpha * 0.14 * pixels[pixel]
            pixels[pixel] = pixels[pixel] * (1 - alpha) + mirrored
        }
    }

    /// A mean over the neighbours, along rows and columns.
    mutating func smooth(strength: Float) {
        for channel in 0..<3 {
            var plane = pixels.map { $0[channel] }
            smoothen(&plane, width: width, height: height, strength: strength)
            for pixel in pixels.indices { pixels[pixel][channel] = plane[pixel] }
        }
    }
}

/// Smooths a plane `[height, width]` by [s/4, 1 − s/2, s/4] along its rows and columns, its borders repeated.
func smoothen(_ plane: inout [Float], width: Int, height: Int, strength: Float) {
    let side = strength / 4
    let middle = 1 - strength / 2
    for (step, count) in [(1, width), (width, height)] {
        let source = plane
        for pixel in plane.indices {
            let place = pixel / step % count
            let before = source[place > 0 ? pixel - step : pixel], after = source[place < count - 1 ? pixel + step : pixel]
            plane[pixel] = middle * source[pixel] + side * (before + after)
        }
    }
}
