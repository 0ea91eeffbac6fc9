import CKernels
import Torch
import TorchNN

/// A pointwise convolution that scores classes as one step of autograd, by the CPU kernels; scores come out class by class in
/// float32, as the losses read them fastest.
struct FusedHead {
    private let layer: Convolution
    private let bias: Tensor

    /// Nil where the kernels do not take the layer, or this input.
    init?(_ layer: Convolution, on input: Tensor, _ pass: ForwardPass) {
        guard pass.fusesUnits, [.float32, .bfloat16].contains(input.dtype), let bias = layer.bias?.tensor,
            layer.inputCount % 16 == 0,
            layer.kernel.allSatisfy({ $0 == 1 }), layer.stride.allSatisfy({ $0 == 1 })
        else { return nil }
        self.layer = layer
        self.bias = bias
    }

    /// [B, C, …] → [B, classes, …], contiguous
    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let images = try withoutGradient { try PixelImages(input) }
        let (weight, classes) = try (layer.weight.tensor.detached().contiguous(), layer.outputCount)
        let shape = ck_head(
            storage: images.storage, images: Int64(images.count), pixels: Int64(images.pixels), inputs: Int64(images.channels),
            classes: Int64(classes))
        let scores = try Tensor.empty([images.count, classes] + images.sizes)
        try withFloats([images.tensor, weight, bias, scores]) { p in
            withUnsafePointer(to: shape) { ck_head_scores($0, p[0], p[1], p[2], p[3]) }
        }
        return try scores.withBackward(inputs: [input, layer.weight.tensor, bias]) { incoming in
            let gradient = try images.emptyCopy()
            let (weightGradient, biasGradient) = try (Tensor.empty(weight.shape), Tensor.empty([classes]))
            try withFloats([images.tensor, weight, try incoming.contiguous(), gradient.tensor, weightGradient, biasGradient]) {
                p in
                withUnsafePointer(to: shape) { ck_head_backward($0, p[0], p[1], p[2], p[3], p[4], p[5]) }
            }
            return [gradient.tensor, weightGradient, biasGradient]
        }
    }
}
