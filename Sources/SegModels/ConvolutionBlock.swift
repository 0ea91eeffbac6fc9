import Torch
import TorchNN

/// 3×3 convolution → norm → LeakyReLU → dropout → 3×3 convolution → norm → LeakyReLU, and squeeze-and-excitation in COPLE-Net.
final class ConvolutionBlock: Module, Layer {
    let convConv: Sequential

    init(
        _ inputs: Int, _ outputs: Int, dropout: Double, _ normalization: NetworkConfiguration.Normalization,
        squeezesAndExcites: Bool, _ generator: Generator
    ) throws {
        var layers: [any Layer] = [
            try Conv2d(inputs, outputs, kernel: 3, generator), try normalization.layer(outputs), LeakyReLU(), Dropout(dropout),
            try Conv2d(outputs, outputs, kernel: 3, generator), try normalization.layer(outputs), LeakyReLU(),
        ]
        if squeezesAndExcites { layers.append(try SqueezeExcitation(outputs, generator)) }
        convConv = Sequential(layers)
    }

    /// [B, Cin, H, W] → [B, Cout, H, W]
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor { try convConv(input, mode) }
}

extension NetworkConfiguration.Normalization {
    func layer(_ channels: Int) throws -> any Layer {
        switch self {
        case .group: try GroupNorm(groups: 4, channels: channels)
        case .batch: try BatchNorm2d(channels: channels)
        }
    }
}
