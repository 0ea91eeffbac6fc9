import Torch
import TorchNN

/// Convolution → dropout → norm → LeakyReLU 0.01, or without the last: dynamic-network-architectures' `ConvDropoutNormReLU`.
///
/// Weights start by He's normal distribution and biases at 0, as nnU-Net trains it.
final class ConvolutionUnit: Module, Layer {
    let conv: Convolution
    let norm: any Layer
    let dropout: Dropout
    let activates: Bool

    static let negativeSlope = 0.01

    init(
        _ inputs: Int, _ outputs: Int, kernel: [Int], stride: [Int]? = nil, dropout: Double = 0, bias: Bool = true,
        _ normalization: NetworkConfiguration.Normalization, activates: Bool = true, _ generator: Generator
    ) throws {
        conv = try Convolution(inputs, outputs, kernel: kernel, stride: stride, bias: bias, generator)
        try Initializer.heNormal(
            weight: conv.weight.tensor, bias: conv.bias?.tensor, negativeSlope: Self.negativeSlope, generator)
        norm = try normalization.layer(outputs)
        self.dropout = Dropout(dropout)
        self.activates = activates
    }

    /// [B, Cin, …] → [B, Cout, … / stride]
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let normalized = try norm(dropout(conv(input, mode), mode), mode)
        return activates ? try normalized.leakyReLU(negativeSlope: Self.negativeSlope) : normalized
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        let normalized = try norm.describe(conv.describe(input, in: &graph), in: &graph)
        return activates ? graph.add(.leakyReLU(negativeSlope: Self.negativeSlope), normalized) : normalized
    }
}

/// Convolution units one after another, of which the first changes channels and resolution.
final class ConvolutionStack: Module {
    let convs: [ConvolutionUnit]

    init(
        _ count: Int, _ inputs: Int, _ level: NetworkLevel, stride: [Int]? = nil, dropout: Double = 0,
        _ normalization: NetworkConfiguration.Normalization, _ generator: Generator
    ) throws {
        convs = try (0..<count).map { place in
            try ConvolutionUnit(
                place == 0 ? inputs : level.features, level.features, kernel: level.kernel, stride: place == 0 ? stride : nil,
                dropout: dropout, normalization, generator)
        }
    }

    /// [B, Cin, …] → [B, Cout, … / stride]
    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor { try convs.applied(to: [input], pass) }

    /// The same of two inputs, the second's channels behind the first's.
    func callAsFunction(_ input: Tensor, joining other: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try convs.applied(to: [input, other], pass)
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        try convs.reduce(input) { try $1.describe($0, in: &graph) }
    }
}

extension [ConvolutionUnit] {
    /// One unit after another, of inputs whose channels stand behind each other: [B, Cin, …] → [B, Cout, … / stride].
    func applied(to inputs: [Tensor], _ pass: ForwardPass) throws -> Tensor {
        if let fused = FusedStack(self, on: inputs, pass) { return try fused(inputs) }
        return try reduce(inputs.count == 1 ? inputs[0] : .concatenated(inputs, 1)) { try $1($0, pass.mode) }
    }
}
