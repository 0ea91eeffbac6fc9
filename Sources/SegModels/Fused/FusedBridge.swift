import Torch
import TorchNN

/// 1×1 convolution → GroupNorm → LeakyReLU as one step of autograd, by the CPU kernels.
struct FusedBridge {
    private let convolution: Convolution
    private let norm: GroupNorm
    private let slope: Double

    /// Nil where the kernels lack a layer or a number of channels of this sequence.
    init?(_ sequence: Sequential) {
        let layers = sequence.layers
        guard layers.count == 3, let convolution = layers[0] as? Convolution, let norm = layers[1] as? GroupNorm,
            let activation = layers[2] as? LeakyReLU, FusedMixing.takes(convolution)
        else { return nil }
        self.convolution = convolution
        self.norm = norm
        slope = activation.negativeSlope
    }

    /// [B, Cin, H, W] → [B, Cout, H, W]
    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let (images, activation, output) = try withoutGradient {
            let images = try PixelImages(input)
            let activation = try FusedActivation(norm, slope: slope, on: FusedMixing(convolution, on: images)(images))
            return try (images, activation, activation())
        }
        guard let bias = convolution.bias?.tensor else { return output.tensor }
        let parameters = [convolution.weight.tensor, bias, norm.weight.tensor, norm.bias.tensor]
        return try output.tensor.withBackward(inputs: [input] + parameters) { incoming in
            let normed = try activation.backward(PixelImages(incoming))
            let mixed = try FusedMixing(convolution, on: images).backward(input: images, normed.input)
            return [mixed.input.tensor, mixed.weight, mixed.bias, normed.weight, normed.bias]
        }
    }
}
