import CKernels
import Torch
import TorchNN

/// What squeeze-and-excitation leaves between forward and backward: a few numbers for each image.
struct FusedExcitation {
    private let layer: SqueezeExcitation.Weights
    private let mean: Tensor
    private let hidden: Tensor
    /// [B, C]
    let factor: Tensor
    /// Of both weights and biases, in their order; backward fills them.
    let gradients: [Tensor]

    init(_ layer: SqueezeExcitation.Weights, images: Int) throws {
        self.layer = layer
        let channels = layer.excite.outputCount
        mean = try .empty([images, channels])
        hidden = try .empty([images, channels / 2])
        factor = try .empty([images, channels])
        gradients = try layer.parameters.map { try Tensor.empty($0.shape) }
    }

    func withParts(_ kernel: (UnsafePointer<ck_excitation>) -> ck_status) -> ck_status {
        lendingFloats(layer.parameters + [mean, hidden, factor] + gradients) { p in
            var parts = ck_excitation(
                squeeze_weight: p[0], squeeze_bias: p[1], excite_weight: p[2], excite_bias: p[3], mean: p[4], hidden: p[5],
                factor: p[6], squeeze_weight_gradient: p[7], squeeze_bias_gradient: p[8], excite_weight_gradient: p[9],
                excite_bias_gradient: p[10])
            return kernel(&parts)
        }
    }
}

extension SqueezeExcitation {
    /// Its two convolutions, as the kernels take them.
    struct Weights {
        let squeeze: Convolution
        let excite: Convolution

        var parameters: [Tensor] { [squeeze, excite].flatMap { [$0.weight.tensor, $0.bias?.tensor].compactMap(\.self) } }
    }

    var weights: Weights? {
        guard let squeeze = seLayers.layers[1] as? Convolution, let excite = seLayers.layers[3] as? Convolution else {
            return nil
        }
        return Weights(squeeze: squeeze, excite: excite)
    }
}
