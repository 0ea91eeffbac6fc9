import CKernels
import Torch
import TorchNN

/// A network's last 3×3 convolution as one step of autograd, by the CPU kernels; scores come out plane by plane, as the
/// losses read them fastest.
struct FusedScores {
    private let convolution: Convolution

    /// Nil where the kernels do not take the convolution.
    init?(_ convolution: Convolution) {
        guard convolution.isPlain(kernel: 3), convolution.inputCount % 16 == 0 else { return nil }
        self.convolution = convolution
    }

    /// [B, C, H, W] → [B, classes, H, W], contiguous
    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let images = try withoutGradient { try PixelImages(input) }
        // However the layer stores it, the kernels want the taps fastest.
        let (weight, classes) = try (convolution.weight.tensor.detached().contiguous(), convolution.outputCount)
        let shape = ck_convolution(
            storage: images.storage, images: Int64(images.count), height: Int64(images.height), width: Int64(images.width),
            inputs: Int64(images.channels), outputs: Int64(classes))
        let scores = try Tensor.empty([images.count, classes, images.height, images.width])
        try withFloats([images.tensor, weight, convolution.bias?.tensor, scores]) { p in
            withUnsafePointer(to: shape) { ck_score($0, p[0], p[1], p[2], p[3]) }
        }
        guard let bias = convolution.bias?.tensor else { return scores }
        return try scores.withBackward(inputs: [input, convolution.weight.tensor, bias]) { incoming in
            let gradient = try images.emptyCopy()
            let (weightGradient, biasGradient) = try (Tensor.empty(weight.shape), Tensor.empty([classes]))
            try withFloats([images.tensor, weight, try incoming.contiguous(), gradient.tensor, weightGradient, biasGradient]) {
                p in
                withUnsafePointer(to: shape) { ck_score_backward($0, p[0], p[1], p[2], p[3], p[4], p[5]) }
            }
            return [gradient.tensor, weightGradient, biasGradient]
        }
    }
}
