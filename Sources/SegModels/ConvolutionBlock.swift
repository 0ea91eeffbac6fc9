import Torch
import TorchNN

/// 3×3 convolution → norm → LeakyReLU → dropout → 3×3 convolution → norm → LeakyReLU; in COPLE-Net squeeze-and-excitation
/// follows, and between resolutions the input is added.
final class ConvolutionBlock: Module, Layer {
    let convConv: Sequential
    let addsInput: Bool
    let execution: Execution

    /// - Precondition: with `addsInput` there are as many outputs as inputs.
    init(
        _ inputs: Int, _ outputs: Int, dropout: Double, _ normalization: NetworkConfiguration.Normalization,
        squeezesAndExcites: Bool, addsInput: Bool = false, execution: Execution = .fused, _ generator: Generator
    ) throws {
        var layers: [any Layer] = [
            try Conv2d(inputs, outputs, kernel: 3, generator), try normalization.layer(outputs), LeakyReLU(), Dropout(dropout),
            try Conv2d(outputs, outputs, kernel: 3, generator), try normalization.layer(outputs), LeakyReLU(),
        ]
        if squeezesAndExcites { layers.append(try SqueezeExcitation(outputs, generator)) }
        convConv = Sequential(layers)
        self.addsInput = addsInput
        self.execution = execution
    }

    /// [B, Cin, H, W] → [B, Cout, H, W]
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        if execution.fuses(input), let fused = FusedBlock(self), fused.takes(input) { return try fused(input, mode) }
        let output = try convConv(input, mode)
        return addsInput ? output + input : output
    }
}

extension NetworkConfiguration.Normalization {
    func layer(_ channels: Int) throws -> any Layer {
        switch self {
        case .group: try GroupNorm(groups: 4, channels: channels)
        case .batch: try BatchNorm2d(channels: channels)
        }
    }
}
