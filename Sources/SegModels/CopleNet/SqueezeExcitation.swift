import Torch
import TorchNN

/// Weighs channels by what the whole image shows (Hu et al. 2018), as COPLE-Net has it: x + x·ReLU(1×1(LeakyReLU(1×1(mean x)))).
///
/// ReLU stands where the original has a sigmoid.
final class SqueezeExcitation: Module, Layer {
    let seLayers: Sequential

    init(_ channels: Int, dimensions: Int, _ generator: Generator) throws {
        seLayers = Sequential([
            GlobalAveragePool(), try Convolution.pointwise(channels, channels / 2, dimensions: dimensions, generator),
            LeakyReLU(), try Convolution.pointwise(channels / 2, channels, dimensions: dimensions, generator), ReLU(),
        ])
    }

    /// [B, C, …] → same
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.adding(input.multiplied(by: seLayers(input, mode)))
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        let weights = try seLayers.describe(input, in: &graph)
        let weighed = graph.add(.multiply, input, weights)
        return graph.add(.add, input, weighed)
    }
}
