import CKernels
import Torch
import TorchNN

/// A 3×3 convolution by the CPU kernels, and its gradients.
struct FusedConvolution {
    private let shape: ck_convolution
    /// [Cout, Cin, 3, 3], taps fastest, however the layer stores it.
    private let weight: Tensor
    private let bias: Tensor?

    /// - Precondition: `layer` is a 3×3 convolution with a bias whose channels `ck_convolves` takes.
    init(_ layer: Convolution, on images: PixelImages) throws {
        precondition(layer.inputCount == images.channels, "\(images.channels) channels for \(layer.weight.tensor.shape)")
        shape = ck_convolution(
            storage: images.storage, images: Int64(images.count), height: Int64(images.height), width: Int64(images.width),
            inputs: Int64(layer.inputCount), outputs: Int64(layer.outputCount))
        weight = try layer.weight.tensor.detached().contiguous()
        bias = layer.bias?.tensor
    }

    func callAsFunction(_ input: PixelImages) throws -> PixelImages {
        let output = try input.emptyCopy(channels: Int(shape.outputs))
        try withFloats([input.tensor, weight, bias, output.tensor]) { p in
            withUnsafePointer(to: shape) { ck_convolve($0, p[0], p[1], p[2], p[3]) }
        }
        return output
    }

    /// `adding` is a gradient of the input that comes by another way.
    func inputGradient(_ incoming: PixelImages, adding other: PixelImages?) throws -> PixelImages {
        let gradient = try incoming.emptyCopy(channels: Int(shape.inputs))
        try withFloats([incoming.tensor, weight, other?.tensor, gradient.tensor]) { p in
            withUnsafePointer(to: shape) { ck_convolve_input_gradient($0, p[0], p[1], p[2], p[3]) }
        }
        return gradient
    }

    func weightGradient(input: PixelImages, _ incoming: PixelImages) throws -> Tensor {
        let gradient = try Tensor.empty(weight.shape)
        try withFloats([input.tensor, incoming.tensor, gradient]) { p in
            withUnsafePointer(to: shape) { ck_convolve_weight_gradient($0, p[0], p[1], p[2]) }
        }
        return gradient
    }
}

extension Convolution {
    /// Whether this is a 2-D convolution of `size`×`size` with a bias that keeps the size, without dilation.
    func isPlain(kernel size: Int) -> Bool {
        bias != nil && kernel == [size, size] && stride == [1, 1] && dilation == 1
    }
}
