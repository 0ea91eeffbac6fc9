import Torch
import TorchNN

/// A network that gives every pixel a score for every class.
public protocol SegmentationNetwork: Layer {
    /// Channels of the input.
    var channelCount: Int { get }
    var classCount: Int { get }
    /// Height and width are padded to multiples of this.
    var sizeMultiple: Int { get }

    /// [B, C, H, W] with H and W multiples of `sizeMultiple` → [B, classes, H, W]
    func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor
}

extension SegmentationNetwork {
    /// Raw logits for images of any size.
    ///
    /// Images are padded below and on the right by repeating their border up to the next multiple of `sizeMultiple`, and the
    /// logits are cropped back.
    ///
    /// - Parameter images: [B, C, H, W], float.
    /// - Returns: [B, classes, H, W]
    /// - Throws: `NetworkInputError` for another rank or number of channels.
    public func callAsFunction(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let shape = images.shape
        guard shape.count == 4, shape[1] == channelCount, shape[2] > 0, shape[3] > 0 else {
            throw NetworkInputError(expectedChannels: channelCount, found: shape)
        }
        let (height, width) = (shape[2], shape[3])
        let below = (sizeMultiple - height % sizeMultiple) % sizeMultiple
        let right = (sizeMultiple - width % sizeMultiple) % sizeMultiple
        if below == 0, right == 0 { return try fittingForward(images, mode) }
        let padded = try images.padded([0, right, 0, below], .replicate)
        return try fittingForward(padded, mode).narrowed(2, 0..<height).narrowed(3, 0..<width)
    }
}

extension SegmentationNetwork {
    /// Raw logits in float32, computed in another type.
    ///
    /// In bfloat16 the CPU kernels store activations so and compute in float32; other operations and devices run under autocast.
    ///
    /// - Parameters:
    ///   - images: [B, C, H, W], float32.
    ///   - dtype: float32, or a narrower one.
    /// - Returns: [B, classes, H, W]
    /// - Throws: `NetworkInputError` for another rank or number of channels.
    public func logits(_ images: Tensor, _ mode: ForwardMode, in dtype: DType) throws -> Tensor {
        if dtype == .float32 { return try self(images, mode) }
        return try withAutocast(dtype, on: images.device) { try self(images.to(dtype), mode) }.to(.float32)
    }
}

/// Images that a network cannot take.
public struct NetworkInputError: Error, CustomStringConvertible, Equatable {
    let expectedChannels: Int
    let found: [Int]

    public var description: String {
        "the network takes images of shape [B, \(expectedChannels), H, W], found \(found)"
    }
}
