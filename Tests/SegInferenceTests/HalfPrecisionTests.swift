import Foundation
import Testing

@testable import SegInference

@Suite struct HalfPrecisionTests {
    @Test func everyNumberOf16BitsComesBack() {
        for bits in 0...HalfPrecision.one { #expect(HalfPrecision.bits(HalfPrecision.value(bits)) == bits) }
        #expect(HalfPrecision.value(HalfPrecision.one) == 1 && HalfPrecision.value(0) == 0)
    }

    /// A number goes to the nearest; in the middle, to the even one.
    @Test func numbersBetweenAreRounded() {
        for bits: UInt16 in stride(from: 0, to: HalfPrecision.one, by: 7) {
            let (low, high) = (HalfPrecision.value(bits), HalfPrecision.value(bits + 1))
            let middle = (low + high) / 2
            #expect(HalfPrecision.bits(middle) == (bits % 2 == 0 ? bits : bits + 1))
            #expect(HalfPrecision.bits(middle.nextDown) == bits && HalfPrecision.bits(middle.nextUp) == bits + 1)
        }
    }

    #if !(os(macOS) && arch(x86_64))
        @Test func theSameAsTheSystems() {
            for step in 0...100_000 {
                let value = pow(Float(step) / 100_000, 3)
                #expect(HalfPrecision.bits(value) == Float16(value).bitPattern)
            }
        }
    #endif

    /// Scores of pixels, their probabilities and entropy.
    @Test(
        arguments: [
            ([0, 0], [0.5, 0.5], 1), ([100, -100], [1, 0], 0), ([log(3), 0], [0.75, 0.25], 0.811278),
            ([1, 1, 1, 1], [0.25, 0.25, 0.25, 0.25], 1), ([-1000, -1000, -2000], [0.5, 0.5, 0], 0.63093),
        ] as [([Float], [Float], Float)])
    func probabilitiesFollowFromScores(_ scores: [Float], _ shares: [Float], _ entropy: Float) {
        let bits = HalfPrecision.probabilities(of: scores, classCount: scores.count, withEntropy: true)
        let values = bits.map(HalfPrecision.value)
        for (found, expected) in zip(values, shares + [entropy]) { #expect(abs(found - expected) < 0.0005) }
        #expect(HalfPrecision.probabilities(of: scores, classCount: scores.count, withEntropy: false) == bits.dropLast())
    }
}
