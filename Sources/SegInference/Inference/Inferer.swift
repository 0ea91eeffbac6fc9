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
