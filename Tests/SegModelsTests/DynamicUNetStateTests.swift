import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// The state of U-Nets with strided convolutions, against what dynamic-network-architectures calls its own.
@Suite struct DynamicUNetStateTests {
    /// `state_dict()` of networks of 1 channel, 3 classes, features 8, 16, 16, strides 1, (1, 2, 2), 2 and a first kernel of (1, 3, 3),
    /// without the copies.
    private static let states: [(NetworkConfiguration.Architecture, blocks: [Int]?, String)] = [
        (
            .plainConvUNet, nil,
            """
            encoder.stages.0.0.convs.0.conv.weight [8, 1, 1, 3, 3]
            encoder.stages.0.0.convs.0.conv.bias [8]
            encoder.stages.0.0.convs.0.norm.weight [8]
            encoder.stages.0.0.convs.0.norm.bias [8]
            encoder.stages.0.0.convs.1.conv.weight [8, 8, 1, 3, 3]
            encoder.stages.0.0.convs.1.conv.bias [8]
            encoder.stages.0.0.convs.1.norm.weight [8]
            encoder.stages.0.0.convs.1.norm.bias [8]
            encoder.stages.1.0.convs.0.conv.weight [16, 8, 3, 3, 3]
            encoder.stages.1.0.convs.0.conv.bias [16]
            encoder.stages.1.0.convs.0.norm.weight [16]
            encoder.stages.1.0.convs.0.norm.bias [16]
            encoder.stages.1.0.convs.1.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.1.0.convs.1.conv.bias [16]
            encoder.stages.1.0.convs.1.norm.weight [16]
            encoder.stages.1.0.convs.1.norm.bias [16]
            encoder.stages.2.0.convs.0.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.2.0.convs.0.conv.bias [16]
            encoder.stages.2.0.convs.0.norm.weight [16]
            encoder.stages.2.0.convs.0.norm.bias [16]
            encoder.stages.2.0.convs.1.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.2.0.convs.1.conv.bias [16]
            encoder.stages.2.0.convs.1.norm.weight [16]
            encoder.stages.2.0.convs.1.norm.bias [16]
            decoder.stages.0.convs.0.conv.weight [16, 32, 3, 3, 3]
            decoder.stages.0.convs.0.conv.bias [16]
            decoder.stages.0.convs.0.norm.weight [16]
            decoder.stages.0.convs.0.norm.bias [16]
            decoder.stages.0.convs.1.conv.weight [16, 16, 3, 3, 3]
            decoder.stages.0.convs.1.conv.bias [16]
            decoder.stages.0.convs.1.norm.weight [16]
            decoder.stages.0.convs.1.norm.bias [16]
            decoder.stages.1.convs.0.conv.weight [8, 16, 1, 3, 3]
            decoder.stages.1.convs.0.conv.bias [8]
            decoder.stages.1.convs.0.norm.weight [8]
            decoder.stages.1.convs.0.norm.bias [8]
            decoder.stages.1.convs.1.conv.weight [8, 8, 1, 3, 3]
            decoder.stages.1.convs.1.conv.bias [8]
            decoder.stages.1.convs.1.norm.weight [8]
            decoder.stages.1.convs.1.norm.bias [8]
            decoder.transpconvs.0.weight [16, 16, 2, 2, 2]
            decoder.transpconvs.0.bias [16]
            decoder.transpconvs.1.weight [16, 8, 1, 2, 2]
            decoder.transpconvs.1.bias [8]
            decoder.seg_layers.0.weight [3, 16, 1, 1, 1]
            decoder.seg_layers.0.bias [3]
            decoder.seg_layers.1.weight [3, 8, 1, 1, 1]
            decoder.seg_layers.1.bias [3]
            """
        ),
        (
            .residualEncoderUNet, [1, 2, 2],
            """
            encoder.stem.convs.0.conv.weight [8, 1, 1, 3, 3]
            encoder.stem.convs.0.conv.bias [8]
            encoder.stem.convs.0.norm.weight [8]
            encoder.stem.convs.0.norm.bias [8]
            encoder.stages.0.blocks.0.conv1.conv.weight [8, 8, 1, 3, 3]
            encoder.stages.0.blocks.0.conv1.conv.bias [8]
            encoder.stages.0.blocks.0.conv1.norm.weight [8]
            encoder.stages.0.blocks.0.conv1.norm.bias [8]
            encoder.stages.0.blocks.0.conv2.conv.weight [8, 8, 1, 3, 3]
            encoder.stages.0.blocks.0.conv2.conv.bias [8]
            encoder.stages.0.blocks.0.conv2.norm.weight [8]
            encoder.stages.0.blocks.0.conv2.norm.bias [8]
            encoder.stages.1.blocks.0.conv1.conv.weight [16, 8, 3, 3, 3]
            encoder.stages.1.blocks.0.conv1.conv.bias [16]
            encoder.stages.1.blocks.0.conv1.norm.weight [16]
            encoder.stages.1.blocks.0.conv1.norm.bias [16]
            encoder.stages.1.blocks.0.conv2.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.1.blocks.0.conv2.conv.bias [16]
            encoder.stages.1.blocks.0.conv2.norm.weight [16]
            encoder.stages.1.blocks.0.conv2.norm.bias [16]
            encoder.stages.1.blocks.0.skip.1.conv.weight [16, 8, 1, 1, 1]
            encoder.stages.1.blocks.0.skip.1.norm.weight [16]
            encoder.stages.1.blocks.0.skip.1.norm.bias [16]
            encoder.stages.1.blocks.1.conv1.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.1.blocks.1.conv1.conv.bias [16]
            encoder.stages.1.blocks.1.conv1.norm.weight [16]
            encoder.stages.1.blocks.1.conv1.norm.bias [16]
            encoder.stages.1.blocks.1.conv2.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.1.blocks.1.conv2.conv.bias [16]
            encoder.stages.1.blocks.1.conv2.norm.weight [16]
            encoder.stages.1.blocks.1.conv2.norm.bias [16]
            encoder.stages.2.blocks.0.conv1.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.2.blocks.0.conv1.conv.bias [16]
            encoder.stages.2.blocks.0.conv1.norm.weight [16]
            encoder.stages.2.blocks.0.conv1.norm.bias [16]
            encoder.stages.2.blocks.0.conv2.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.2.blocks.0.conv2.conv.bias [16]
            encoder.stages.2.blocks.0.conv2.norm.weight [16]
            encoder.stages.2.blocks.0.conv2.norm.bias [16]
            encoder.stages.2.blocks.1.conv1.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.2.blocks.1.conv1.conv.bias [16]
            encoder.stages.2.blocks.1.conv1.norm.weight [16]
            encoder.stages.2.blocks.1.conv1.norm.bias [16]
            encoder.stages.2.blocks.1.conv2.conv.weight [16, 16, 3, 3, 3]
            encoder.stages.2.blocks.1.conv2.conv.bias [16]
            encoder.stages.2.blocks.1.conv2.norm.weight [16]
            encoder.stages.2.blocks.1.conv2.norm.bias [16]
            decoder.stages.0.convs.0.conv.weight [16, 32, 3, 3, 3]
            decoder.stages.0.convs.0.conv.bias [16]
            decoder.stages.0.convs.0.norm.weight [16]
            decoder.stages.0.convs.0.norm.bias [16]
            decoder.stages.1.convs.0.conv.weight [8, 16, 1, 3, 3]
            decoder.stages.1.convs.0.conv.bias [8]
            decoder.stages.1.convs.0.norm.weight [8]
            decoder.stages.1.convs.0.norm.bias [8]
            decoder.transpconvs.0.weight [16, 16, 2, 2, 2]
            decoder.transpconvs.0.bias [16]
            decoder.transpconvs.1.weight [16, 8, 1, 2, 2]
            decoder.transpconvs.1.bias [8]
            decoder.seg_layers.0.weight [3, 16, 1, 1, 1]
            decoder.seg_layers.0.bias [3]
            decoder.seg_layers.1.weight [3, 8, 1, 1, 1]
            decoder.seg_layers.1.bias [3]
            """
        ),
    ]

    private static func network(
        _ architecture: NetworkConfiguration.Architecture, blocks: [Int]? = nil, deepSupervision: Bool = true
    ) throws -> any SegmentationNetwork {
        try NetworkConfiguration(
            architecture: architecture, dimensions: 3, features: [8, 16, 16], dropout: [0, 0, 0],
            kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3]], strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2]], blocks: blocks,
            deepSupervision: deepSupervision, normalization: .instance
        ).makeNetwork(channels: 1, classes: 3, generator: Generator(seed: 1))
    }

    @Test(arguments: states.indices, [true, false])
    func namesAndShapesAreTheirs(_ index: Int, deepSupervision: Bool) throws {
        let (architecture, blocks, text) = Self.states[index]
        let network = try Self.network(architecture, blocks: blocks, deepSupervision: deepSupervision)
        let found = network.namedState().map { "\($0.name) \($0.tensor.shape)" }
        #expect(found.sorted() == text.split(separator: "\n").map(String.init).sorted())
    }

    /// Files have each layer of a unit once more, and the encoder once more in the decoder.
    @Test(arguments: states.indices)
    func copiesArePassedOver(_ index: Int) throws {
        let (architecture, blocks, _) = Self.states[index]
        let (source, target) = try (
            Self.network(architecture, blocks: blocks), Self.network(architecture, blocks: blocks, deepSupervision: false)
        )
        for (number, entry) in source.namedState().enumerated() {
            try entry.tensor.setDataInPlace(.random(entry.tensor.shape, seed: UInt64(number), dtype: .float32))
        }
        var state = source.state()
        for (name, tensor) in source.state() {
            for (layer, place) in [(".conv.", "0"), (".norm.", "1")] where name.contains(layer) {
                state[name.replacing(layer, with: ".all_modules.\(place).")] = tensor
            }
        }
        for (name, tensor) in state where name.hasPrefix("encoder.") { state["decoder.\(name)"] = tensor }
        #expect(state.count > 2 * source.state().count)
        try target.load(state)
        for (one, two) in zip(source.namedState(), target.namedState()) {
            #expect(try one.tensor.bytes() == two.tensor.bytes(), "\(one.name)")
        }
        state["encoder.stages.1.0.extra.weight"] = try .zeros([1])
        #expect(
            messageThrown { try target.load(state) }
                == "the stored weights do not fit this network; unexpected: encoder.stages.1.0.extra.weight")
    }

    /// Of each level the scores that training sees, full size first: all but the lowest, unless it is the only one.
    @Test(
        arguments: NetworkConfiguration.Architecture.allCases.filter { NetworkConfiguration(architecture: $0).isDynamic }, 2...5)
    func headsHaveHalfTheSizes(architecture: NetworkConfiguration.Architecture, levels: Int) throws {
        let network = try NetworkConfiguration(
            architecture: architecture, features: Array(repeating: 8, count: levels), dropout: Array(repeating: 0, count: levels),
            blocks: Array(repeating: 1, count: levels), deepSupervision: true
        ).makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
        let images = try Tensor.random([2, 1, 29, 32], seed: 2, dtype: .float32)
        let heads = try network.heads(images, .training(Generator(seed: 1)))
        #expect(heads.count == max(1, levels - 2) && network.headCount == heads.count)
        #expect(heads[0].shape == [2, 2, 29, 32])
        let multiple = 1 << (levels - 1)
        let height = (29 + multiple - 1) / multiple * multiple
        for (index, head) in heads.enumerated().dropFirst() { #expect(head.shape == [2, 2, height >> index, 32 >> index]) }
        let narrow = try network.headLogits(images, .evaluation, in: .bfloat16)
        let wide = try network.headLogits(images, .evaluation, in: .float32)
        for (one, two) in zip(narrow, wide) {
            #expect(one.dtype == .float32 && one.shape == two.shape)
            #expect(try Tensor.totalNorm([one - two]).item() < 0.05 * Tensor.totalNorm([two]).item())
        }
        try narrow.reduce(Tensor.scalar(0)) { try $0 + $1.sum() }.backward()
    }

    /// Where a lower head is not asked for, it costs nothing and has no gradient.
    @Test func withoutDeepSupervisionThereIsOneHead() throws {
        let network = try Self.network(.plainConvUNet, deepSupervision: false)
        let heads = try network.heads(.random([1, 1, 4, 8, 8], seed: 2, dtype: .float32), .training(Generator(seed: 1)))
        try #require(heads.count == 1)
        try heads[0].sum().backward()
        for entry in network.namedState() where entry.name.hasPrefix("decoder.seg_layers.") {
            #expect((entry.tensor.gradient != nil) == entry.name.hasPrefix("decoder.seg_layers.1."), "\(entry.name)")
        }
    }
}
