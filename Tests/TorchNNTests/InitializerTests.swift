import Testing
import Torch
import TorchNN

struct InitializerTests {
    @Test(arguments: [([64, 9, 3, 3], 81), ([256, 16, 1, 1], 16), ([100, 25], 25), ([10, 4, 5, 5, 4], 400)])
    func weightsFillTheirInterval(shape: [Int], fanIn: Int) throws {
        let bound = 1 / Double(fanIn).squareRoot()
        let weight = try Initializer.kaimingUniform(shape, Generator(seed: 2)).to(.float64)
        #expect(weight.shape == shape)
        let (low, high, mean) = try (weight.min().item(), weight.max().item(), weight.mean().item())
        #expect(low >= -bound * (1 + 1e-6) && low < -0.99 * bound)
        #expect(high <= bound * (1 + 1e-6) && high > 0.99 * bound)
        #expect(abs(mean) < 0.05 * bound)
    }

    @Test func biasesHaveTheBoundOfTheirWeight() throws {
        let bias = try Initializer.biasUniform(5000, weightShape: [5000, 4, 3, 3], Generator(seed: 2))
        #expect(bias.shape == [5000])
        let (low, high) = try (bias.min().item(), bias.max().item())
        #expect(low >= -1 / 6.0 - 1e-6 && low < -0.99 / 6 && high <= 1 / 6.0 + 1e-6 && high > 0.99 / 6)
    }

    /// Of a transposed convolution's weight PyTorch takes the outputs for the inputs, and so are these.
    @Test(arguments: [([64, 9, 3, 3], 81), ([256, 16, 1, 2, 2], 64)], [0, 0.01, 1])
    func hesNormalHasItsDeviation(_ row: (shape: [Int], fanIn: Int), slope: Double) throws {
        let (weight, bias) = (try Tensor.zeros(row.shape), try Tensor.ones([5]))
        try Initializer.heNormal(weight: weight, bias: bias, negativeSlope: slope, Generator(seed: 2))
        let wide = try weight.to(.float64)
        let (mean, square) = try (wide.mean().item(), (wide * wide).mean().item())
        let variance = 2 / (1 + slope * slope) / Double(row.fanIn)
        #expect(abs(mean) < 0.05 * variance.squareRoot())
        #expect(abs(square / variance - 1) < 0.05)
        #expect(try bias.abs().max().item() == 0)
    }

    @Test func theOrderOfDrawsMatters() throws {
        let generator = try Generator(seed: 2)
        let (first, second) = try (Initializer.kaimingUniform([3, 3], generator), Initializer.kaimingUniform([3, 3], generator))
        #expect(try first.bytes() != second.bytes())
        #expect(try first.bytes() == Initializer.kaimingUniform([3, 3], Generator(seed: 2)).bytes())
    }
}
