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
