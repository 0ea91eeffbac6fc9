import Torch
import TorchNN

/// A network that gives every pixel a score for every class.
public protocol SegmentationNetwork: Layer {
    /// Channels of the input.
    var channelCount: Int { get }
    var classCount: Int { get }
    /// Images are padded to multiples of these: [H, W], or [D, H, W] for a network of volumes.
    var sizeMultiples: [Int] { get }

    /// Bytes that the activations of one image take at once, at most, while it goes through the network without a gradient.
    ///
    /// - Parameter sizes: [H, W] or [D, H, W].
    func evaluationBytes(sizes: [Int]) -> Int

    /// [B, C, …] with sizes that are multiples of `sizeMultiples` → [B, classes, …]
    func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor
}

extension SegmentationNetwork {
    /// Raw logits for images of any size.
    ///
    /// Images are padded behind, below and on the right by repeating their border up to the next multiples of
    /// `sizeMultiples`, and the logits are cropped back.
    ///
    /// - Parameter images: [B, C, H, W], or [B, C, D, H, W] for a network of volumes; float.
    /// - Returns: [B, classes, …]
    /// - Throws: `NetworkInputError` for another rank or number of channels.
    public func callAsFunction(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let shape = images.shape
        let sizes = Array(shape.dropFirst(2))
        guard shape.count == 2 + sizeMultiples.count, shape[1] == channelCount, sizes.allSatisfy({ $0 > 0 }) else {
            throw NetworkInputError(expectedChannels: channelCount, dimensions: sizeMultiples.count, found: shape)
        }
        let missing = zip(sizes, sizeMultiples).map { size, multiple in (multiple - size % multiple) % multiple }
        if missing.allSatisfy({ $0 == 0 }) { return try fittingForward(images, mode) }
        let padded = try images.padded(missing.reversed().flatMap { [0, $0] }, .replicate)
        return try sizes.enumerated().reduce(fittingForward(padded, mode)) { try $0.narrowed(2 + $1.offset, 0..<$1.element) }
    }
}

extension SegmentationNetwork {
    /// Raw logits in float32, computed in another type.
    ///
    /// In bfloat16 the CPU kernels store activations so and compute in float32; other operations and devices run under autocast.
    ///
    /// - Parameters:
    ///   - images: [B, C, …], float32.
    ///   - dtype: float32, or a narrower one.
    /// - Returns: [B, classes, …]
    /// - Throws: `NetworkInputError` for another rank or number of channels.
    public func logits(_ images: Tensor, _ mode: ForwardMode, in dtype: DType) throws -> Tensor {
        if dtype == .float32 { return try self(images, mode) }
        return try withAutocast(dtype, on: images.device) { try self(images.to(dtype), mode) }.to(.float32)
    }
}

/// Images that a network cannot take.
public struct NetworkInputError: Error, CustomStringConvertible, Equatable {
    let expectedChannels: Int
    /// Of the network.
    let dimensions: Int
    let found: [Int]

    public var description: String {
        let axes = dimensions == 3 ? "D, H, W" : "H, W"
        return "the network takes images of shape [B, \(expectedChannels), \(axes)], found \(found)"
    }
}
