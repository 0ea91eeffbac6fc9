import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// The masks that the CPU kernels draw.
struct FusedDropoutTests {
    /// A norm that gives 1 everywhere shows the mask.
    private static func ones() throws -> GroupNorm {
        let norm = try GroupNorm(groups: 4, channels: 16)
        try withoutGradient {
            try norm.weight.tensor.fillInPlace(0)
            try norm.bias.tensor.fillInPlace(1)
        }
        return norm
    }

    @Test func dropoutKeepsTheMeanAndDrawsAnewEachTime() throws {
        let ones = try PixelImages(.ones([2, 16, 32, 32]))
        let norm = try Self.ones()
        func mask(_ probability: Double, seed: UInt32) throws -> (activation: FusedActivation, values: Tensor) {
            let activation = try FusedActivation(
                norm, slope: 0.01, on: ones, dropout: .init(probability: probability, seed: seed, imagesBefore: 0))
            return try (activation, activation().tensor)
        }
        for probability in [0.1, 0.3, 0.5] {
            let values = try mask(probability, seed: 1).values
            let kept: [Float] = try values.elements()
            #expect(kept.allSatisfy { $0 == 0 || abs($0 - Float(1 / (1 - probability))) < 1e-6 })
            // 32768 draws: five deviations.
            let share = Double(kept.count { $0 == 0 }) / Double(kept.count)
            #expect(abs(share - probability) < 5 * (probability * (1 - probability) / 32768).squareRoot())
            #expect(try mask(probability, seed: 1).values.bytes() == values.bytes())
        }
        // Independent of the seed's neighbours: at ½ half of the elements agree.
        let (one, other) = try (mask(0.5, seed: 1).values, mask(0.5, seed: 2).values)
        let agreeing = try one.equal(other).to(.float32).mean().item()
        #expect(abs(agreeing - 0.5) < 5 * (0.25 / 32768).squareRoot())
    }

    /// The gradient passes where forward did: the norm's shift gathers Σ incoming·mask.
    @Test func dropoutsGradientHasTheSameMask() throws {
        let images = try PixelImages(Tensor.random([2, 16, 8, 8], seed: 3, dtype: .float32))
        let norm = try GroupNorm(groups: 4, channels: 16)
        try withoutGradient { try norm.bias.tensor.fillInPlace(20) }  // every u is positive
        let activation = try FusedActivation(
            norm, slope: 0.01, on: images, dropout: .init(probability: 0.4, seed: 5, imagesBefore: 0))
        let incoming = try PixelImages(Tensor.random([2, 16, 8, 8], seed: 4, dtype: .float32))
        let mask = try activation().tensor.greater(0).to(.float32) * (1 / 0.6)
        let expected = try (incoming.tensor * mask).sum([0, 2, 3])
        #expect(try activation.backward(incoming).bias.largestDifference(to: expected) < 1e-4)
    }

    /// The parts of a batch draw what the whole does, by the kernels and by libtorch.
    @Test func partsOfABatchHaveTheMaskOfTheWhole() throws {
        let whole = try PixelImages(.ones([6, 16, 10, 14]))
        let norm = try Self.ones()
        func mask(_ images: PixelImages, before: Int) throws -> Tensor {
            try FusedActivation(
                norm, slope: 0.01, on: images, dropout: .init(probability: 0.5, seed: 9, imagesBefore: before))().tensor
        }
        let parts = try (0..<3).map { try mask(PixelImages(.ones([2, 16, 10, 14])), before: 2 * $0) }
        #expect(try Tensor.concatenated(parts, 0).bytes() == mask(whole, before: 0).bytes())

        let drawn = try Dropout(0.5)(.ones([6, 5]), .training(Generator(seed: 4)))
        let drawnInParts = try (0..<3).map {
            try Dropout(0.5)(.ones([2, 5]), .training(Generator(seed: 4), part: BatchPart(index: $0, count: 3)))
        }
        #expect(try Tensor.concatenated(drawnInParts, 0).bytes() == drawn.bytes())
    }
}
