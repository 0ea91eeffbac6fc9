import Torch
import TorchNN

/// Two convolutions and a way around them: LeakyReLU(norm(conv(unit(x))) + skip(x)), where skip pools by the mean and changes channels
/// by a pointwise convolution with norm, each where it is needed: dynamic-network-architectures' `BasicBlockD`.
///
/// The norm before the sum starts at 0, so that a fresh block passes its input on.
final class ResidualBlock: Module {
    let conv1: ConvolutionUnit
    let conv2: ConvolutionUnit
    let skip: Sequential

    init(
        _ inputs: Int, _ level: NetworkLevel, stride: [Int]?, _ normalization: NetworkConfiguration.Normalization,
        _ generator: Generator
    ) throws {
        let outputs = level.features
        conv1 = try ConvolutionUnit(
            inputs, outputs, kernel: level.kernel, stride: stride, dropout: level.dropout, normalization, generator)
        conv2 = try ConvolutionUnit(outputs, outputs, kernel: level.kernel, normalization, activates: false, generator)
        var layers: [any Layer] = []
        if let stride, stride.contains(where: { $0 > 1 }) { layers.append(AveragePool(stride)) }
        if inputs != outputs {
            layers.append(
                try ConvolutionUnit(
                    inputs, outputs, kernel: level.kernel.map { _ in 1 }, bias: false, normalization, activates: false, generator)
            )
        }
        skip = Sequential(layers)
        let last = conv2.norm.parameters
        try withoutGradient { for parameter in last { try parameter.multiplyInPlace(by: 0) } }
    }

    private func skipped(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try skip.layers.reduce(input) { y, layer in
            if let unit = layer as? ConvolutionUnit { return try [unit].applied(to: [y], pass) }
            return try layer(y, pass.mode)
        }
    }

    /// [B, Cin, …] → [B, Cout, … / stride]
    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        let sum = try [conv1, conv2].applied(to: [input], pass).adding(skipped(input, pass))
        return try sum.leakyReLU(negativeSlope: ConvolutionUnit.negativeSlope)
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        let output = try conv2.describe(conv1.describe(input, in: &graph), in: &graph)
        let around = try skip.describe(input, in: &graph)
        let sum = graph.add(.add, output, around)
        return graph.add(.leakyReLU(negativeSlope: ConvolutionUnit.negativeSlope), sum)
    }
}

/// Residual blocks one after another, of which the first changes channels and resolution.
final class ResidualStack: Module {
    let blocks: [ResidualBlock]

    init(
        _ count: Int, _ inputs: Int, _ level: NetworkLevel, _ normalization: NetworkConfiguration.Normalization,
        _ generator: Generator
    ) throws {
        blocks = try (0..<count).map { place in
            try ResidualBlock(
                place == 0 ? inputs : level.features, level, stride: place == 0 ? level.stride : nil, normalization, generator)
        }
    }

    /// [B, Cin, …] → [B, Cout, … / stride]
    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor { try blocks.reduce(input) { try $1($0, pass) } }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        try blocks.reduce(input) { try $1.describe($0, in: &graph) }
    }
}
