import CKernels
import Torch
import TorchNN

/// A transposed convolution whose kernel is its stride as one step of autograd, by the CPU kernels: the gradient of the inputs of
/// the convolution that leads the other way.
struct FusedTransposed {
    private let layer: TransposedConvolution

    /// Nil where the kernels do not take the layer, or this input.
    init?(_ layer: TransposedConvolution, on input: Tensor, _ pass: ForwardPass) {
        guard pass.fusesUnits, [.float32, .bfloat16].contains(input.dtype), (2...3).contains(layer.stride.count),
            layer.weight.tensor.shape.prefix(2).allSatisfy({ $0 % 16 == 0 })
        else { return nil }
        self.layer = layer
    }

    /// [B, Cin, …] → [B, Cout, … · stride]
    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let (weight, bias, stride) = (layer.weight.tensor, layer.bias.tensor, layer.stride)
        let (images, convolution, output) = try withoutGradient {
            let images = try PixelImages(input)
            let sizes = zip(images.sizes, stride).map(*)
            let convolution = try VolumeConvolution(
                weight: weight, bias: nil, stride: stride, padding: stride.map { _ in 0 }, sizes: sizes, count: images.count,
                storage: images.storage)
            let output = try PixelImages(count: images.count, channels: weight.shape[1], sizes: sizes, dtype: input.dtype)
            try convolution.inputGradient(images, bias: bias, into: [output])
            return (images, convolution, output)
        }
        return try output.tensor.withBackward(inputs: [input, weight, bias]) { incoming in
            let gradient = try PixelImages(incoming)
            let biasGradient = try Tensor.empty([gradient.channels])
            try withFloats([gradient.tensor, biasGradient]) { p in
                ck_channel_sums(
                    gradient.storage, Int64(gradient.count * gradient.pixels), Int64(gradient.channels), p[0], p[1])
            }
            return [
                try convolution([gradient]).tensor, try convolution.weightGradient(inputs: [gradient], images), biasGradient,
            ]
        }
    }
}
