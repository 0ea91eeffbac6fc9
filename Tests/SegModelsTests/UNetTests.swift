import Testing
import Torch
import TorchNN

@testable import SegModels

struct UNetTests {
    private func network(channels: Int, classes: Int, _ features: [Int], _ norm: NetworkConfiguration.Normalization = .group)
        throws -> UNet
    {
        let configuration = NetworkConfiguration(architecture: .unet, features: features, normalization: norm)
        return try UNet(channels: channels, classes: classes, configuration, Generator(seed: 1))
    }

    @Test(arguments: [
        (1, 2, [16, 32, 64, 128, 256]), (3, 5, [16, 32, 64, 128, 256]), (1, 2, [8, 8, 8, 8, 8]), (2, 4, [8, 24, 16, 40, 32]),
    ])
    func parameterCount(channels: Int, classes: Int, features: [Int]) throws {
        func convolution(_ inputs: Int, _ outputs: Int, kernel: Int) -> Int { outputs * inputs * kernel * kernel + outputs }
        func block(_ inputs: Int, _ outputs: Int) -> Int {
            convolution(inputs, outputs, kernel: 3) + 2 * outputs + convolution(outputs, outputs, kernel: 3) + 2 * outputs
        }
        var expected = block(channels, features[0]) + convolution(features[0], classes, kernel: 3)
        for (above, below) in zip(features, features.dropFirst()) {
            expected += block(above, below) + convolution(below, above, kernel: 1) + block(2 * above, above)
        }
        #expect(try network(channels: channels, classes: classes, features).parameterCount == expected)
    }

    @Test func names() throws {
        func block(_ prefix: String) -> [String] {
            [0, 1, 4, 5].flatMap { ["\(prefix).conv_conv.\($0).weight", "\(prefix).conv_conv.\($0).bias"] }
        }
        var expected = block("in_conv")
        for level in 1...4 { expected += block("down\(level).conv") }
        for level in 1...4 { expected += ["up\(level).conv1x1.weight", "up\(level).conv1x1.bias"] + block("up\(level).conv") }
        expected += ["out_conv.weight", "out_conv.bias"]
        #expect(try network(channels: 1, classes: 2, [8, 8, 8, 8, 8]).namedState().map(\.name) == expected)
    }

    @Test func batchNormBringsItsStatistics() throws {
        let names = try network(channels: 1, classes: 2, [8, 8, 8, 8, 8], .batch).namedState().map(\.name)
        #expect(
            names.filter { $0.hasPrefix("in_conv.conv_conv.1.") }
                == [
                    "weight", "bias", "running_mean", "running_var", "num_batches_tracked",
                ].map { "in_conv.conv_conv.1." + $0 })
        #expect(names.filter { $0.hasSuffix("running_var") }.count == 18)
    }

    @Test func widthsNeedNotDouble() throws {
        let output = try network(channels: 1, classes: 2, [8, 24, 16, 40, 32])(.ones([1, 1, 20, 20]), .evaluation)
        #expect(output.shape == [1, 2, 20, 20])
    }
}
