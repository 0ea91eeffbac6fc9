import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// The parts of COPLE-Net by hand; `GoldenCopleNetTests` has the whole.
struct CopleNetTests {
    private func fill(_ tensor: Tensor?, _ value: Double) throws {
        let tensor = try #require(tensor)
        try withoutGradient { try tensor.fillInPlace(value) }
    }

    /// x + x·ReLU(g): with the gate's last convolution at 0, g is its bias.
    @Test(arguments: [(-1.0, 1.0), (0, 1), (0.5, 1.5), (2, 3)])
    func squeezeExcitationScalesChannels(gate: Double, factor: Double) throws {
        let layer = try SqueezeExcitation(4, dimensions: 2, Generator(seed: 1))
        #expect(
            layer.namedState().map(\.name) == [
                "se_layers.1.weight", "se_layers.1.bias", "se_layers.3.weight", "se_layers.3.bias",
            ])
        #expect(layer.namedState().map(\.tensor.shape) == [[2, 4, 1, 1], [2], [4, 2, 1, 1], [4]])
        let state = layer.state()
        try fill(state["se_layers.3.weight"], 0)
        try fill(state["se_layers.3.bias"], gate)
        let images = try Tensor.random([2, 4, 3, 5], seed: 2, dtype: .float32)
        #expect(try layer(images, .evaluation).largestDifference(to: images * factor) < 1e-6)
    }

    /// With the block's last norm at 0 the residual alone is left: both poolings side by side.
    @Test func downPoolsByMaximumAndMean() throws {
        let down = try Down(4, .plain(8), .group, Generator(seed: 1))
        let state = down.state()
        try fill(state["conv.conv_conv.5.weight"], 0)
        try fill(state["conv.conv_conv.5.bias"], 0)
        let images = try Tensor.random([1, 4, 6, 4], seed: 2, dtype: .float32)
        let expected = try Tensor.concatenated([images.maxPooled([2, 2]), images.averagePooled([2, 2])], 1)
        #expect(try down(images, ForwardPass(.evaluation, .fused, of: images)).largestDifference(to: expected) < 1e-6)
    }

    @Test func upPutsTheSkipFirst() throws {
        let up = try Up(8, .plain(8), .group, Generator(seed: 1))
        let state = up.state()
        try fill(state["conv.conv_conv.5.weight"], 0)
        try fill(state["conv.conv_conv.5.bias"], 0)
        try fill(state["conv1x1.weight"], 0.5)
        try fill(state["conv1x1.bias"], 1)
        let skip = try Tensor.random([1, 4, 6, 4], seed: 2, dtype: .float32)
        let output = try up(.ones([1, 8, 3, 2]), skip: skip, ForwardPass(.evaluation, .fused, of: skip))
        #expect(output.shape == [1, 8, 6, 4])
        #expect(try output.narrowed(1, 0..<4).largestDifference(to: skip) < 1e-6)
        #expect(try output.narrowed(1, 4..<8).largestDifference(to: .full([1, 4, 6, 4], 5)) < 1e-5)
    }

    @Test func asppAndBridgeKeepTheSize() throws {
        let images = try Tensor.random([2, 16, 7, 5], seed: 2, dtype: .float32)
        let pass = ForwardPass(.evaluation, .fused, of: images)
        #expect(try ASPP(.plain(16), .group, Generator(seed: 1))(images, pass).shape == [2, 16, 7, 5])
        #expect(try Bridge(.plain(16), .group, Generator(seed: 1))(images, pass).shape == [2, 8, 7, 5])
    }

    /// Batch normalisation brings three buffers a layer and no other parameter.
    @Test func batchNormChangesOnlyTheBuffers() throws {
        func network(_ norm: NetworkConfiguration.Normalization) throws -> CopleNet {
            try CopleNet(
                channels: 1, classes: 2, NetworkConfiguration(features: [8, 16, 32, 64, 128], normalization: norm),
                Generator(seed: 1))
        }
        let (group, batch) = try (network(.group).namedState(), network(.batch).namedState())
        #expect(group.allSatisfy { $0.isParameter })
        #expect(batch.filter { $0.isParameter }.map(\.name) == group.map(\.name))
        #expect(batch.filter { $0.isParameter }.map(\.tensor.shape) == group.map(\.tensor.shape))
        #expect(batch.filter { !$0.isParameter }.count == 3 * (2 * 9 + 4 + 1))
    }
}
