import Testing

@testable import Phantoms
import Randomness

struct ValueNoiseTests {
    private let noise: ValueNoise = {
        var generator = SeededGenerator(seed: 5)
        return ValueNoise(&generator)
    }()

    @Test func staysInRangeAndVaries() {
        let values = (0..<2000).map { noise.fractal(Double($0) * 0.37, Double($0) * -0.11, Double($0) * 0.05, octaves: 3) }
        #expect(values.allSatisfy { abs($0) <= 1 })
        #expect((values.max() ?? 0) - (values.min() ?? 0) > 0.8)
    }

    @Test(arguments: [(0.5, 0.5, 0.5), (3, 4, 5), (-2, 7.25, 0), (-0.001, -1, 1e-9)])
    func isSmooth(x: Double, y: Double, z: Double) {
        let step = 1e-6
        #expect(abs(noise(x + step, y, z) - noise(x - step, y, z)) < 1e-5)
        #expect(abs(noise(x, y + step, z) - noise(x, y - step, z)) < 1e-5)
        #expect(abs(noise(x, y, z + step) - noise(x, y, z - step)) < 1e-5)
    }
}
