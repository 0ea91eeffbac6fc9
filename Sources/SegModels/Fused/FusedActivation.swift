import CKernels
import Torch
import TorchNN

/// GroupNorm → LeakyReLU → dropout → excitation by the CPU kernels, from the statistics of an input.
struct FusedActivation {
    private let shape: ck_activation
    private let layer: FusedNorm
    let input: PixelImages
    /// What `ck_normalize` leaves, [rows, B, C].
    private let norm: Tensor

    /// With what probability which elements become 0.
    struct Dropout {
        let probability: Double
        let seed: UInt32
        /// In the batch of which the images are a part.
        let imagesBefore: Int
    }

    init(_ layer: GroupNorm, slope: Double, on input: PixelImages, dropout: Dropout? = nil) throws {
        try self.init(FusedNorm(layer), slope: slope, on: input, dropout: dropout)
    }

    init(_ layer: FusedNorm, slope: Double, on input: PixelImages, dropout: Dropout? = nil) throws {
        shape = ck_activation(
            storage: input.storage, images: Int64(input.count), pixels: Int64(input.pixels), channels: Int64(input.channels),
            groups: Int64(layer.groups), epsilon: Float(layer.epsilon), slope: Float(slope),
            dropout: Float(dropout?.probability ?? 0),
            seed: dropout?.seed ?? 0, images_before: Int64(dropout?.imagesBefore ?? 0))
        self.layer = layer
        self.input = input
        norm = try Tensor.empty([CK_NORM_ROWS, input.count, input.channels])
        try withFloats([input.tensor, layer.weight, layer.bias, norm]) { p in
            withUnsafePointer(to: shape) { ck_normalize($0, p[0], p[1], p[2], p[3]) }
        }
    }

    /// The factor of each image and channel, from the means of the activation.
    func excitation(_ layer: SqueezeExcitation.Weights) throws -> FusedExcitation {
        let excitation = try FusedExcitation(layer, images: input.count)
        try withFloats([input.tensor, norm]) { p in
            excitation.withParts { parts in
                withUnsafePointer(to: shape) { ck_excite($0, p[0], p[1], parts) }
            }
        }
        return excitation
    }

    /// activation · excitation + residual
    func callAsFunction(_ excitation: FusedExcitation? = nil, adding residual: PixelImages? = nil) throws -> PixelImages {
        let output = try input.emptyCopy()
        try withFloats([input.tensor, norm, excitation?.factor, residual?.tensor, output.tensor]) { p in
            withUnsafePointer(to: shape) { ck_activate($0, p[0], p[1], p[2], p[3], p[4], shape.channels) }
        }
        return output
    }

    struct Gradients {
        let input: PixelImages
        let weight: Tensor
        let bias: Tensor
        /// Of a bias that the convolution before has added.
        let shift: Tensor
    }

    /// Whose memory the gradient of the input takes.
    enum GradientMemory {
        case own
        case ofIncoming
        /// The input is gone then, and nothing can be made of this activation any more.
        case ofInput
    }

    func backward(
        _ incoming: PixelImages, _ excitation: FusedExcitation? = nil, in memory: GradientMemory = .own
    ) throws -> Gradients {
        let gradient =
            switch memory {
            case .own: try input.emptyCopy()
            case .ofIncoming: incoming
            case .ofInput: input
            }
        let gradients = try Gradients(
            input: gradient, weight: .empty([input.channels]), bias: .empty([input.channels]), shift: .empty([input.channels]))
        try withFloats([
            input.tensor, norm, layer.weight, incoming.tensor, gradients.input.tensor, gradients.weight, gradients.bias,
            gradients.shift,
        ]) { p in
            func run(_ excitation: UnsafePointer<ck_excitation>?) -> ck_status {
                withUnsafePointer(to: shape) {
                    ck_activate_backward($0, p[0], p[1], p[2], excitation, p[3], shape.channels, p[4], p[5], p[6], p[7])
                }
            }
            return excitation?.withParts(run) ?? run(nil)
        }
        return gradients
    }
}

/// The norms of the CPU kernels: GroupNorm, and InstanceNorm, whose groups are single channels.
struct FusedNorm {
    let weight: Tensor
    let bias: Tensor
    let groups: Int
    let epsilon: Double

    private init(weight: Parameter, bias: Parameter, groups: Int, epsilon: Double) {
        self.weight = weight.tensor
        self.bias = bias.tensor
        self.groups = groups
        self.epsilon = epsilon
    }

    init(_ layer: GroupNorm) {
        self.init(weight: layer.weight, bias: layer.bias, groups: layer.groups, epsilon: layer.epsilon)
    }

    /// Nil for other layers.
    init?(_ layer: any Layer) {
        switch layer {
        case let layer as GroupNorm: self.init(layer)
        case let layer as InstanceNorm:
            self.init(weight: layer.weight, bias: layer.bias, groups: layer.weight.tensor.shape[0], epsilon: layer.epsilon)
        default: return nil
        }
    }
}
