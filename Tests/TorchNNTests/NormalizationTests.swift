import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

/// Expected numbers are PyTorch's.
struct NormalizationTests {
    private func set(_ parameter: Parameter, _ values: [Float]) throws {
        try withoutGradient { try parameter.tensor.copyInPlace(from: Tensor(values)) }
    }

    private func expect(_ tensor: Tensor, _ expected: [Float], _ comment: Comment? = nil) throws {
        let found: [Float] = try tensor.to(.float32).elements()
        #expect(found.count == expected.count, comment)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }, comment)
    }

    // MARK: BatchNorm

    @Test func batchNormTrainsAndEvaluates() throws {
        let layer = try BatchNorm(channels: 2)
        try set(layer.weight, [2, 0.5])
        try set(layer.bias, [1, -1])
        let images = try Tensor.range(16, dtype: .float32).reshaped([2, 2, 2, 2])
        let mode = try ForwardMode.training(Generator(seed: 1))

        try expect(
            layer(images, mode),
            [
                -1.6484880, -1.1669447, -0.6854015, -0.20385823, -1.6621220, -1.5417362, -1.4213504, -1.3009646, 2.2038581,
                2.6854014,
                3.1669447, 3.6484880, -0.69903553, -0.5786497, -0.45826387, -0.33787805,
            ], "first batch")
        try expect(layer.runningMean.tensor, [0.55, 0.95])
        try expect(layer.runningVar.tensor, [2.8714285, 2.8714285])
        #expect(try layer.numBatchesTracked.tensor.itemAsInt() == 1)

        _ = try layer(images * 2, mode)
        try expect(layer.runningMean.tensor, [1.595, 2.755])
        try expect(layer.runningVar.tensor, [10.47, 10.47])
        #expect(try layer.numBatchesTracked.tensor.itemAsInt() == 2)

        try expect(
            layer(images, .evaluation),
            [
                0.014135636, 0.6322324, 1.2503291, 1.8684260, -0.8076174, -0.65309316, -0.49856898, -0.3440448, 4.95891,
                5.5770063,
                6.1951032, 6.8132, 0.42857617, 0.5831004, 0.7376245, 0.89214873,
            ], "evaluation")
        try expect(layer.runningMean.tensor, [1.595, 2.755], "evaluation changes nothing")
        #expect(try layer.numBatchesTracked.tensor.itemAsInt() == 2)
    }

    @Test func batchNormsState() throws {
        let layer = try BatchNorm(channels: 3)
        #expect(layer.namedState().map(\.name) == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"])
        #expect(layer.namedState().map(\.isParameter) == [true, true, false, false, false])
        #expect(layer.namedState().map(\.tensor.dtype) == [.float32, .float32, .float32, .float32, .int64])
        #expect(layer.namedState().map(\.tensor.shape) == [[3], [3], [3], [3], []])
    }

    // MARK: InstanceNorm

    @Test func instanceNormByPyTorch() throws {
        let layer = try InstanceNorm(channels: 2)
        #expect(layer.namedState().map(\.name) == ["weight", "bias"])
        try set(layer.weight, [2, 0.5])
        try set(layer.bias, [1, -1])
        let images = try Tensor.range(16, dtype: .float32).reshaped([2, 2, 2, 2]).power(2)
        let expected: [Float] = [
            -0.9999993, -0.42857093, 1.2857141, 4.1428561, -1.6280918, -1.2633934, -0.8176509, -0.29086435, -1.586267,
            0.012516342, 1.7993919, 3.7743595, -1.6538982, -1.2400386, -0.7930702, -0.31299302,
        ]
        try expect(layer(images, .evaluation), expected)
        try expect(layer(images, .training(Generator(seed: 1))), expected, "training is the same")
    }

    /// A channel is a group of its own, in planes and volumes.
    @Test(arguments: [[2, 4, 6, 5], [2, 4, 3, 6, 5]])
    func instanceNormIsGroupNormOfSingleChannels(shape: [Int]) throws {
        let images = try Tensor.random(shape, seed: 4, dtype: .float32)
        let groups = try GroupNorm(groups: 4, channels: 4)(images, .evaluation)
        #expect(try InstanceNorm(channels: 4)(images, .evaluation).largestDifference(to: groups) < 1e-5)
    }

    @Test func batchNormTakesVolumes() throws {
        let layer = try BatchNorm(channels: 2)
        let volumes = try Tensor.random([2, 2, 3, 4, 5], seed: 4, dtype: .float32)
        let output = try layer(volumes, .training(Generator(seed: 1)))
        #expect(output.shape == volumes.shape)
        #expect(try output.mean([0, 2, 3, 4]).abs().max().item() < 1e-5)
        #expect(try (output.power(2).mean([0, 2, 3, 4]) - 1).abs().max().item() < 1e-3)
    }

    // MARK: GroupNorm

    @Test func groupNormByPyTorch() throws {
        let layer = try GroupNorm(groups: 2, channels: 4)
        try set(layer.weight, [1, 2, 3, 4])
        try set(layer.bias, [0, 1, 0, -1])
        let images = try Tensor.range(16, dtype: .float32).reshaped([1, 4, 2, 2]).power(2)
        let expected: [Float] = [
            -1.0491086, -0.9891596, -0.80931234, -0.5095671, 0.82015276, 1.8992358, 3.2181153, 4.776791, -4.168361, -3.2042503,
            -2.126715, -0.9357546, -0.5084926, 1.3819207, 3.423567, 5.6164465,
        ]
        try expect(layer(images, .evaluation), expected)
        try expect(layer(images, .training(Generator(seed: 1))), expected, "training is the same")
    }

    /// A sample's group has mean 0 and variance 1, whatever the scale and shift of the input.
    @Test(arguments: [(1, 4), (2, 4), (4, 4), (4, 12)], [(1.0, 0.0), (1000, -5), (0.1, 3)])
    func groupsAreStandardised(sizes: (Int, Int), scaling: (Double, Double)) throws {
        let (groups, channels) = sizes
        let layer = try GroupNorm(groups: groups, channels: channels)
        let images = try Tensor.random([3, channels, 6, 5], seed: 4, dtype: .float32)
        let output = try layer(images * scaling.0 + scaling.1, .evaluation).to(.float64).reshaped([3, groups, -1])
        #expect(try output.mean([2]).abs().max().item() < 1e-4)
        #expect(try (output.power(2).mean([2]) - 1).abs().max().item() < 5e-3)
    }

    @Test func groupNormKeepsSamplesApart() throws {
        let layer = try GroupNorm(groups: 2, channels: 4)
        let images = try Tensor.random([2, 4, 3, 3], seed: 4, dtype: .float32)
        let alone = try layer(images.narrowed(0, 1..<2), .evaluation)
        #expect(try layer(images, .evaluation).narrowed(0, 1..<2).largestDifference(to: alone) < 1e-6)
    }

    @Test func groupsMustDivideTheChannels() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try GroupNorm(groups: 4, channels: 6)
        }
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("6 channels cannot be split into 4 groups"))
    }
}
