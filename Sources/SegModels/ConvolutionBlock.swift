import Torch
import TorchNN

/// Convolution → norm → LeakyReLU → dropout → convolution → norm → LeakyReLU; in COPLE-Net squeeze-and-excitation follows, and
/// between resolutions the input is added.
final class ConvolutionBlock: Module {
    let convConv: Sequential
    let addsInput: Bool

    /// - Precondition: with `addsInput` there are as many outputs as inputs.
    init(
        _ inputs: Int, _ outputs: Int, kernel: [Int], dropout: Double = 0, _ normalization: NetworkConfiguration.Normalization,
        squeezesAndExcites: Bool, addsInput: Bool = false, _ generator: Generator
    ) throws {
        var layers: [any Layer] = [
            try Convolution(inputs, outputs, kernel: kernel, generator), try normalization.layer(outputs), LeakyReLU(),
            Dropout(dropout),
            try Convolution(outputs, outputs, kernel: kernel, generator), try normalization.layer(outputs), LeakyReLU(),
        ]
        if squeezesAndExcites { layers.append(try SqueezeExcitation(outputs, dimensions: kernel.count, generator)) }
        convConv = Sequential(layers)
        self.addsInput = addsInput
    }

    /// [B, Cin, …] → [B, Cout, …]
    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        if pass.isFused, let fused = FusedBlock(convConv, addsInput: addsInput), fused.takes(input) {
            return try fused(input, pass.mode)
        }
        let output = try convConv(input, pass.mode)
        return addsInput ? try output.adding(input) : output
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        let output = try convConv.describe(input, in: &graph)
        return addsInput ? graph.add(.add, output, input) : output
    }
}
