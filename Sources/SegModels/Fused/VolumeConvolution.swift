import CKernels
import Torch
import TorchNN

/// A convolution of any kernel and stride by the CPU kernels, and its gradients; planes are volumes of depth 1.
///
/// Its inputs' channels may stand in two tensors.
struct VolumeConvolution {
    private let shape: ck_volume_convolution
    /// [Cout, Cin, …], taps fastest, however the layer stores it.
    private let weight: Tensor
    private let bias: Tensor?
    private let outputSizes: [Int]

    /// Whether the kernels take this layer on inputs of such channels, which stand in one or two tensors.
    static func takes(_ layer: Convolution, channels: [Int]) -> Bool {
        guard layer.dilation == 1, (2...3).contains(layer.kernel.count), (1...2).contains(channels.count) else { return false }
        guard ck_convolves(Int64(layer.inputCount), Int64(layer.outputCount)) else { return false }
        return channels.count == 1 || channels.allSatisfy { $0 % 16 == 0 }
    }

    /// - Precondition: `takes(layer, channels:)`
    init(_ layer: Convolution, on images: [PixelImages]) throws {
        try self.init(
            weight: layer.weight.tensor, bias: layer.bias?.tensor, stride: layer.stride,
            padding: layer.kernel.map { ($0 - 1) / 2 },
            sizes: images[0].sizes, count: images[0].count, storage: images[0].storage,
            joined: images.count > 1 ? images[1].channels : 0)
    }

    /// - Parameters:
    ///   - weight: [Cout, Cin, kernel…]
    ///   - sizes: of the inputs.
    ///   - joined: channels of the inputs that stand in a second tensor.
    init(
        weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int], sizes: [Int], count: Int, storage: ck_float_type,
        joined: Int = 0
    ) throws {
        let kernel = Array(weight.shape.dropFirst(2))
        outputSizes = sizes.indices.map { (sizes[$0] + 2 * padding[$0] - kernel[$0]) / stride[$0] + 1 }
        func axes(_ numbers: [Int], inPlanes: Int) -> (Int64, Int64, Int64) {
            let all = (numbers.count == 3 ? numbers : [inPlanes] + numbers).map(Int64.init)
            return (all[0], all[1], all[2])
        }
        shape = ck_volume_convolution(
            storage: storage, images: Int64(count), sizes: axes(sizes, inPlanes: 1), kernel: axes(kernel, inPlanes: 1),
            stride: axes(stride, inPlanes: 1), padding: axes(padding, inPlanes: 0), inputs: Int64(weight.shape[1]),
            outputs: Int64(weight.shape[0]), joined: Int64(joined))
        self.weight = try weight.detached().contiguous()
        self.bias = bias
    }

    /// [B, Cin, …] → [B, Cout, … / stride]
    func callAsFunction(_ inputs: [PixelImages]) throws -> PixelImages {
        let output = try PixelImages(
            count: inputs[0].count, channels: Int(shape.outputs), sizes: outputSizes, dtype: inputs[0].tensor.dtype)
        try withFloats([inputs[0].tensor, inputs.count > 1 ? inputs[1].tensor : nil, weight, bias, output.tensor]) { p in
            withUnsafePointer(to: shape) { ck_convolve_volume($0, p[0], p[1], p[2], p[3], p[4]) }
        }
        return output
    }

    /// Fills the gradients of the inputs; with a bias of as many numbers as there are inputs, what a transposed convolution gives.
    func inputGradient(_ incoming: PixelImages, bias: Tensor? = nil, into gradients: [PixelImages]) throws {
        try withFloats([incoming.tensor, weight, bias, gradients[0].tensor, gradients.count > 1 ? gradients[1].tensor : nil]) {
            p in
            withUnsafePointer(to: shape) { ck_convolve_volume_input_gradient($0, p[0], p[1], p[2], p[3], p[4]) }
        }
    }

    func weightGradient(inputs: [PixelImages], _ incoming: PixelImages) throws -> Tensor {
        let gradient = try Tensor.empty(weight.shape)
        try withFloats([inputs[0].tensor, inputs.count > 1 ? inputs[1].tensor : nil, incoming.tensor, gradient]) { p in
            withUnsafePointer(to: shape) { ck_convolve_volume_weight_gradient($0, p[0], p[1], p[2], p[3]) }
        }
        return gradient
    }
}
