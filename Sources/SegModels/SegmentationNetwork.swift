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

    /// Resolutions that are scored in training, the full one first: more than 1 with deep supervision.
    var headCount: Int { get }

    /// What these resolutions have for images of sizes that are multiples of `sizeMultiples`.
    func headSizes(fitting sizes: [Int]) -> [[Int]]

    /// [B, C, …] with sizes that are multiples of `sizeMultiples` → [B, classes, …]
    func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor

    /// The same for each of `headCount` resolutions, the full one first.
    func fittingHeads(_ images: Tensor, _ mode: ForwardMode) throws -> [Tensor]
}

extension SegmentationNetwork {
    public var headCount: Int { 1 }

    public func headSizes(fitting sizes: [Int]) -> [[Int]] { [sizes] }

    public func fittingHeads(_ images: Tensor, _ mode: ForwardMode) throws -> [Tensor] { [try fittingForward(images, mode)] }
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
        let padded = try fitting(images)
        return try cropped(fittingForward(padded, mode), as: images)
    }

    /// Raw logits for each of `headCount` resolutions, for training with deep supervision.
    ///
    /// The first is what `callAsFunction` returns. The others are of the padded images, and not cropped: pixels of theirs may lie half
    /// within the image.
    ///
    /// - Parameter images: as for `callAsFunction`.
    /// - Throws: `NetworkInputError` for another rank or number of channels.
    public func heads(_ images: Tensor, _ mode: ForwardMode) throws -> [Tensor] {
        let padded = try fitting(images)
        var heads = try fittingHeads(padded, mode)
        heads[0] = try cropped(heads[0], as: images)
        return heads
    }

    /// The sizes of `heads` for images of given ones.
    public func headSizes(of sizes: [Int]) -> [[Int]] {
        let fitting = zip(sizes, sizeMultiples).map { ($0 + $1 - 1) / $1 * $1 }
        return [sizes] + headSizes(fitting: fitting).dropFirst()
    }

    private func cropped(_ scores: Tensor, as images: Tensor) throws -> Tensor {
        try images.shape.enumerated().dropFirst(2).reduce(scores) { scores, axis in
            scores.shape[axis.offset] == axis.element ? scores : try scores.narrowed(axis.offset, 0..<axis.element)
        }
    }

    /// The images with sizes that are multiples of `sizeMultiples`.
    private func fitting(_ images: Tensor) throws -> Tensor {
        let shape = images.shape
        let sizes = Array(shape.dropFirst(2))
        guard shape.count == 2 + sizeMultiples.count, shape[1] == channelCount, sizes.allSatisfy({ $0 > 0 }) else {
            throw NetworkInputError(expectedChannels: channelCount, dimensions: sizeMultiples.count, found: shape)
        }
        let missing = zip(sizes, sizeMultiples).map { size, multiple in (multiple - size % multiple) % multiple }
        if missing.allSatisfy({ $0 == 0 }) { return images }
        return try images.padded(missing.reversed().flatMap { [0, $0] }, .replicate)
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

    /// The same for each of `headCount` resolutions, the full one first.
    public func headLogits(_ images: Tensor, _ mode: ForwardMode, in dtype: DType) throws -> [Tensor] {
        if dtype == .float32 { return try heads(images, mode) }
        return try withAutocast(dtype, on: images.device) { try heads(images.to(dtype), mode) }.map { try $0.to(.float32) }
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
