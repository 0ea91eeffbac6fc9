import Randomness

/// A smooth random field: random values on the integer lattice, interpolated by cubics.
///
/// Only +, −, ×, ÷ and comparisons, which IEEE 754 rounds alike everywhere.
struct ValueNoise: Sendable {
    private let seed: UInt64

    init(_ generator: inout SeededGenerator) {
        seed = generator.next()
    }

    /// In [−1, 1]; features are about one unit wide.
    func callAsFunction(_ x: Double, _ y: Double, _ z: Double = 0) -> Double {
        let x0 = x.rounded(.down), y0 = y.rounded(.down), z0 = z.rounded(.down)
        let u = Self.cubic(x - x0), v = Self.cubic(y - y0), w = Self.cubic(z - z0)
        let i = Int(x0), j = Int(y0), k = Int(z0)
        let near = plane(i, j, k, u, v)
        return w == 0 ? near : mix(near, plane(i, j, k + 1, u, v), w)
    }

    /// In [−1, 1]: `octaves` fields, each twice as fine and half as strong as the one before.
    func fractal(_ x: Double, _ y: Double, _ z: Double = 0, octaves: Int) -> Double {
        var sum = 0.0, strength = 1.0, total = 0.0, scale = 1.0
        for octave in 0..<octaves {
            // The shift keeps the octaves' lattices from lying on each other.
            let shift = 17.3 * Double(octave)
            sum += strength * self(x * scale + shift, y * scale - shift, z * scale + shift)
            total += strength
            strength *= 0.5
            scale *= 2
        }
        return sum / total
    }

    private func plane(_ i: Int, _ j: Int, _ k: Int, _ u: Double, _ v: Double) -> Double {
        let top = mix(corner(i, j, k), corner(i + 1, j, k), u)
        let bottom = mix(corner(i, j + 1, k), corner(i + 1, j + 1, k), u)
        return mix(top, bottom, v)
    }

    private func corner(_ i: Int, _ j: Int, _ k: Int) -> Double {
        let a = UInt64(bitPattern: Int64(i)) &* 0x9e37_79b9_7f4a_7c15
        let b = UInt64(bitPattern: Int64(j)) &* 0xc2b2_ae3d_27d4_eb4f
        let c = UInt64(bitPattern: Int64(k)) &* 0x1656_67b1_9e37_79f9
        return Double(SeededGenerator.mixed(seed ^ (a &+ b &+ c)) >> 11) * 0x1p-52 - 1
    }

    @inline(__always)
    private static func cubic(_ t: Double) -> Double {
        t * t * (3 - 2 * t)
    }
}

/// `a` where `t` = 0, `b` where `t` = 1.
@inline(__always)
func mix(_ a: Double, _ b: Double, _ t: Double) -> Double {
    a + (b - a) * t
}

/// 0 below `low`, 1 above `high`, a smooth cubic between.
@inline(__always)
func ramp(_ low: Double, _ high: Double, _ x: Double) -> Double {
    let t = min(1, max(0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)
}
