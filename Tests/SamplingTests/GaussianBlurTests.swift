import Testing

import Randomness
@testable import Sampling

struct GaussianBlurTests {
    /// Expected: torchvision's `gaussian_blur` with a kernel of 13 pixels, of ((37 i + 11) mod 101) / 100 on 8 × 10 pixels.
    @Test func theBlurIsTorchvisions() {
        let plane = (0..<80).map { Float(($0 * 37 + 11) % 101) / 100 }
        let blurred = GaussianBlur.blurred(plane, size: GridSize(height: 8, width: 10), sigma: 1.3)
        let expected: [Int: Float] = [
            0: 0.45709, 1: 0.473511, 9: 0.39141, 23: 0.539264, 45: 0.58303, 56: 0.584283, 70: 0.438464, 75: 0.584492,
            79: 0.391418,
        ]
        for (place, value) in expected { #expect(abs(blurred[place] - value) < 2e-6, "\(place): \(blurred[place])") }
    }

    /// Narrow kernels reach over a single line and over planes smaller than themselves.
    @Test(arguments: [GridSize(height: 1, width: 1), GridSize(height: 1, width: 7), GridSize(height: 3, width: 2)])
    func levelPlanesStayLevel(size: GridSize) {
        let blurred = GaussianBlur.blurred(Array(repeating: 0.7, count: size.count), size: size, sigma: 3)
        #expect(blurred.allSatisfy { abs($0 - 0.7) < 1e-6 })
    }

    /// With a probability for channels, each is blurred or not for itself.
    @Test func channelsAreBlurredByChance() {
        let size = GridSize(height: 5, width: 5)
        let spots = (0..<4).flatMap { _ in (0..<25).map { Float($0 == 12 ? 1 : 0) } }
        var (changed, widths) = (0, Set<Float>())
        for seed in 0..<400 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var sample = Sample(
                id: SampleID(caseID: "c", plane: 0), image: spots, labels: [UInt8](repeating: 0, count: 25), channels: 4,
                size: size, sourceSize: size)
            GaussianBlur(probability: 0.5, channels: 0.5, sigma: [0.5, 1]).apply(to: &sample, generator: &generator)
            let blurred = (0..<4).map { sample.image[$0 * 25 + 12] }.filter { $0 < 1 }
            changed += blurred.count
            widths.formUnion(blurred)
        }
        // 400 samples of 4 channels, a quarter of them, more or less together.
        #expect((300...500).contains(changed), "\(changed)")
        #expect(widths.count > changed * 9 / 10, "each has a width of its own")
    }

    @Test func everyChannelIsBlurredAndLabelsAreNot() {
        let size = GridSize(height: 3, width: 3)
        let spot: [Float] = [0, 0, 0, 0, 1, 0, 0, 0, 0]
        var sample = Sample(
            id: SampleID(caseID: "c", plane: 0), image: spot + spot.map { 2 * $0 }, labels: [0, 0, 0, 0, 1, 0, 0, 0, 0],
            channels: 2,
            size: size, sourceSize: size)
        var generator = SeededGenerator(seed: 1)
        GaussianBlur(sigma: [1, 1]).apply(to: &sample, generator: &generator)
        #expect(sample.labels == [0, 0, 0, 0, 1, 0, 0, 0, 0])
        #expect(sample.image[4] < 0.5 && sample.image[0] > 0.01)
        #expect(zip(sample.image[..<9], sample.image[9...]).allSatisfy { abs(2 * $0 - $1) < 1e-6 })
    }
}
