import Torch
import TorchNN

/// The way up of a U-Net with strided convolutions: transposed convolution, the skip behind it, convolution units; and at each
/// resolution a head that scores it. Stages go from the lowest resolution to the full one.
final class SegmentationDecoder: Module {
    let stages: [ConvolutionStack]
    let transpconvs: [TransposedConvolution]
    let segLayers: [Convolution]

    /// - Parameters:
    ///   - levels: of the whole network, full size first.
    ///   - blocks: convolutions of each stage, the lowest resolution first.
    init(
        _ levels: [NetworkLevel], classes: Int, blocks: [Int], _ normalization: NetworkConfiguration.Normalization,
        _ generator: Generator
    ) throws {
        let steps = Array(zip(levels, levels.dropFirst()).reversed())
        stages = try zip(steps, blocks).map { step, count in
            try ConvolutionStack(count, 2 * step.0.features, step.0, normalization, generator)
        }
        transpconvs = try steps.map { above, below in
            let up = try TransposedConvolution(below.features, above.features, stride: below.stride, generator)
            try Initializer.heNormal(
                weight: up.weight.tensor, bias: up.bias.tensor, negativeSlope: ConvolutionUnit.negativeSlope, generator)
            return up
        }
        segLayers = try steps.map { above, _ in
            let head = try Convolution.pointwise(above.features, classes, dimensions: above.kernel.count, generator)
            try Initializer.heNormal(
                weight: head.weight.tensor, bias: head.bias?.tensor, negativeSlope: ConvolutionUnit.negativeSlope, generator)
            return head
        }
    }

    /// - Parameters:
    ///   - levels: what the encoder gave at each level, full size first; each is given away with its last use.
    ///   - heads: how many resolutions are scored, from the full one on.
    /// - Returns: `[B, classes, …]` of each, full size first.
    func callAsFunction(_ levels: consuming [Tensor], heads: Int, _ pass: ForwardPass) throws -> [Tensor] {
        var y = levels.removeLast()
        var scores: [Tensor] = []
        for (place, stage) in stages.enumerated() {
            y = try stage(enlarged(y, by: transpconvs[place], pass), joining: levels.removeLast(), pass)
            if place >= stages.count - heads { scores.append(try scored(y, by: segLayers[place], pass)) }
        }
        return scores.reversed()
    }

    /// The scores of the full resolution as a graph.
    ///
    /// - Parameter levels: of the encoder, full size first.
    func describe(_ levels: [NetworkGraph.Value], in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        var (y, skips) = (levels[levels.count - 1], levels.dropLast())
        for (transpconv, stage) in zip(transpconvs, stages) {
            let up = try transpconv.describe(y, in: &graph)
            y = try stage.describe(graph.add(.concatenate, up, skips.removeLast()), in: &graph)
        }
        return try segLayers[segLayers.count - 1].describe(y, in: &graph)
    }

    private func enlarged(_ input: Tensor, by layer: TransposedConvolution, _ pass: ForwardPass) throws -> Tensor {
        if let fused = FusedTransposed(layer, on: input, pass) { return try fused(input) }
        return try layer(input, pass.mode)
    }

    private func scored(_ input: Tensor, by head: Convolution, _ pass: ForwardPass) throws -> Tensor {
        if let fused = FusedHead(head, on: input, pass) { return try fused(input) }
        return try head(input, pass.mode)
    }
}
