import CKernels
import Torch
import TorchNN

/// A 1×1 convolution by the CPU kernels, and its gradients.
struct FusedMixing {
    private let shape: ck_mixing
    private let layer: Convolution

    /// Whether the kernels take this layer.
    static func takes(_ layer: Convolution) -> Bool {
        layer.isPlain(kernel: 1) && layer.inputCount % 8 == 0 && layer.outputCount % 8 == 0
    }

    /// - Precondition: `takes(layer)`
    init(_ layer: Convolution, on images: PixelImages) {
        precondition(layer.inputCount == images.channels, "\(images.channels) channels for \(layer.weight.tensor.shape)")
        shape = ck_mixing(
            storage: images.storage, pixels: Int64(images.count * images.pixels), inputs: Int64(layer.inputCount),
            outputs: Int64(layer.outputCount))
        self.layer = layer
    }

    func callAsFunction(_ input: PixelImages) throws -> PixelImages {
        let output = try input.emptyCopy(channels: Int(shape.outputs))
        try withFloats([input.tensor, layer.weight.tensor, layer.bias?.tensor, output.tensor]) { p in
            withUnsafePointer(to: shape) { ck_mix($0, p[0], p[1], p[2], p[3]) }
        }
        return output
    }

    struct Gradients {
        let input: PixelImages
        let weight: Tensor
        let bias: Tensor
    }

    func backward(input: PixelImages, _ incoming: PixelImages) throws -> Gradients {
        let gradients = try Gradients(
            input: input.emptyCopy(), weight: .empty(layer.weight.tensor.shape), bias: .empty([Int(shape.outputs)]))
        try withFloats([
            input.tensor, layer.weight.tensor, incoming.tensor, gradients.input.tensor, gradients.weight, gradients.bias,
        ]) { p in
            withUnsafePointer(to: shape) { ck_mix_backward($0, p[0], p[1], p[2], p[3], p[4], p[5]) }
        }
        return gradients
    }
}
