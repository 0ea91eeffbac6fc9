import Sampling
import SegConfiguration
import SegModels
import Torch

/// What makes scores of a network's input.
///
/// Inferers are composed: one that moves a window, mirrors or averages models holds others and asks them; the innermost is
/// `WholeInput`. A `SegmentationModel` asks its inferer alone, and validation, `evaluate`, `predict`, `bound` and `report` take
/// scores from the model.
public protocol Inferer {
    /// Channels of the input.
    var channelCount: Int { get }
    var classCount: Int { get }
    /// Numbers that were learnt.
    var parameterCount: Int { get }

    /// Raw scores on the input's own grid.
    ///
    /// Called without recording of gradients.
    ///
    /// - Parameter images: `[B, C, (D,) H, W]`, float32, on the CPU.
    /// - Returns: `[B, classes, (D,) H, W]`, float32, on the device that computed them.
    /// - Throws: `NetworkInputError` for another rank or number of channels.
    func scores(of images: Tensor) throws -> Tensor

    /// The memory in bytes that `scores` takes beside its input while it makes the scores of `count` samples, estimated before
    /// it starts; nil where memory is not the host's.
    func bytes(count: Int, size: GridSize) -> Int?

    /// The scores of one sample in parts, each as soon as it is known, so that memory need not hold those of a large volume at once.
    ///
    /// Called without recording of gradients.
    ///
    /// - Parameters:
    ///   - inPlanes: whether parts are to be whole planes of a volume, in order.
    ///   - onStep: called with the passes through the networks that are done, and their number.
    ///   - body: gets a range along each axis of the input, and the scores `[1, classes, …]` of what lies there; every pixel once.
    /// - Throws: `NetworkInputError` for another number of channels; what `body` throws.
    func forEachPart(
        of input: SampleInput, inPlanes: Bool, onStep: (_ done: Int, _ of: Int) -> Void,
        _ body: (_ box: [Range<Int>], _ scores: Tensor) throws -> Void
    ) throws

    /// As `bytes`, for `forEachPart`.
    func bytesOfParts(of size: GridSize, inPlanes: Bool) -> Int?
}

extension Inferer {
    /// All at once.
    public func forEachPart(
        of input: SampleInput, inPlanes: Bool, onStep: (_ done: Int, _ of: Int) -> Void,
        _ body: (_ box: [Range<Int>], _ scores: Tensor) throws -> Void
    ) throws {
        let box = input.size.lengths.map { 0..<$0 }
        let image = try Tensor(input.values(in: box), shape: [1, input.channelCount] + input.size.lengths)
        try body(box, scores(of: image))
        onStep(1, 1)
    }

    public func bytesOfParts(of size: GridSize, inPlanes: Bool) -> Int? { bytes(count: 1, size: size) }
}

/// One network that sees its input at once, whatever its size.
public struct WholeInput: Inferer {
    let network: any SegmentationNetwork
    let device: Device
    /// What the network computes in.
    let precision: TrainingConfiguration.Precision

    public init(network: any SegmentationNetwork, device: Device = .cpu, precision: TrainingConfiguration.Precision = .float32) {
        self.network = network
        self.device = device
        self.precision = precision
    }

    public var channelCount: Int { network.channelCount }
    public var classCount: Int { network.classCount }
    public var parameterCount: Int { network.parameterCount }

    public func scores(of images: Tensor) throws -> Tensor {
        try network.logits(images.to(device: device), .evaluation, in: precision.dtype)
    }

    public func bytes(count: Int, size: GridSize) -> Int? {
        device == .cpu ? count * network.evaluationBytes(sizes: size.lengths) : nil
    }
}
