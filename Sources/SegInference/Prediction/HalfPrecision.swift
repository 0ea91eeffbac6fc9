import Foundation

/// Numbers from 0 to 1 in IEEE 754's 16 bits, by hand: Swift's `Float16` is missing on Macs with Intel's processors.
enum HalfPrecision {
    /// The bits of 1.
    static let one: UInt16 = 0x3c00

    /// The smallest number above 0.
    static let least: Float = 0x1p-24

    /// The bits of the nearest number, the even one of two; those below 2⁻¹⁴ are multiples of 2⁻²⁴.
    ///
    /// - Precondition: from 0 to 1.
    static func bits(_ value: Float) -> UInt16 {
        precondition((0...1).contains(value), "a probability is a number from 0 to 1, not \(value)")
        if value < 0x1p-14 { return UInt16((value * 0x1p24).rounded(.toNearestOrEven)) }
        let pattern = value.bitPattern
        return UInt16((pattern + 0xfff + (pattern >> 13 & 1)) >> 13 - 112 << 10)
    }

    /// The number of some bits.
    static func value(_ bits: UInt16) -> Float {
        bits < 0x400 ? Float(bits) * 0x1p-24 : Float(bitPattern: (UInt32(bits) + 112 << 10) << 13)
    }

    /// The softmax of scores and, behind the classes, its entropy over ln C.
    ///
    /// - Parameter scores: `[C, pixels]`.
    /// - Returns: `[C, pixels]`, or `[C + 1, pixels]`.
    static func probabilities(of scores: [Float], classCount: Int, withEntropy: Bool) -> [UInt16] {
        let pixels = scores.count / classCount
        var bits = [UInt16](repeating: 0, count: (classCount + (withEntropy ? 1 : 0)) * pixels)
        let scale = 1 / log(Float(classCount))
        var shares = [Float](repeating: 0, count: classCount)
        for pixel in 0..<pixels {
            var largest = scores[pixel]
            for k in 1..<classCount { largest = max(largest, scores[k * pixels + pixel]) }
            var sum: Float = 0
            for k in 0..<classCount {
                shares[k] = exp(scores[k * pixels + pixel] - largest)
                sum += shares[k]
            }
            var entropy: Float = 0
            for k in 0..<classCount {
                let share = shares[k] / sum
                bits[k * pixels + pixel] = Self.bits(share)
                if withEntropy, share > 0 { entropy -= share * log(share) }
            }
            // Rounding may lead out of the range.
            if withEntropy { bits[classCount * pixels + pixel] = Self.bits(min(max(entropy * scale, 0), 1)) }
        }
        return bits
    }
}
