import Torch
import TorchNN

/// Weighs channels by what the whole image shows (Hu et al. 2018), as COPLE-Net has it: x + x·ReLU(1×1(LeakyReLU(1×1(mean x)))).
///
/// ReLU stands where the original has a sigmoid.
final class SqueezeExcitation: Module, Layer {
    let seLayers: Sequential

    init(_ channels: Int, _ generator: Generator) throws {
        seLayers = Sequential([
            GlobalAveragePool(), try Conv2d(channels, channels / 2, kernel: 1, generator), LeakyReLU(),
            try Conv2d(channels / 2, channels, kernel: 1, generator), ReLU(),
        ])
    }

    /// [B, C, H, W] → same
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor { try input + input * seLayers(input, mode) }
}
