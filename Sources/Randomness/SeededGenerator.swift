/// A seeded stream of random numbers, the same on every machine and in every release (SplitMix64).
///
/// The standard library's `random(in:using:)` may change its use of a generator between releases; everything drawn
/// here is defined in this file, and only tests hand the generator to the library. Nothing is cryptographic.
///
/// Source: Steele, Lea, Flood: *Fast Splittable Pseudorandom Number Generators* (OOPSLA 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The stream of `seed` and of as many further numbers (an epoch, a sample, a case) as name it.
    package init(seed: UInt64, _ path: Int...) {
        state = seed
        for step in path {
            state = next() ^ UInt64(bitPattern: Int64(step)) &* 0xd1b5_4a32_d192_ed03
        }
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mixed(state)
    }

    /// SplitMix64's finaliser: a bijection whose every output bit depends on every input bit.
    package static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in [0, 1), a multiple of 2⁻⁵³.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    package mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * uniform()
    }

    /// Uniform in 0..<`bound`; the bias is below `bound` / 2⁶⁴.
    package mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    package mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }

    /// Mean 0, variance 1, bell-shaped, within ±3.47: the sum of four uniform numbers.
    ///
    /// It takes no logarithm or cosine, whose last bits differ between systems.
    package mutating func bell() -> Double {
        let bits = next()
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)
        return (Double(sum) - 131_070) * (3.0.squareRoot() / 65_536)
    }

    /// A direction in the plane, uniform over the circle.
    package mutating func direction() -> (x: Double, y: Double) {
        while true {
            let x = uniform(-1, 1)
            let y = uniform(-1, 1)
            let square = x * x + y * y
            if square > 0.01, square <= 1 {
                let length = square.squareRoot()
                return (x / length, y / length)
            }
        }
    }

    /// Fisher and Yates' shuffle.
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, index(below: last + 1))
        }
    }
}
