import MarginCalibration
import Torch

/// An objective: one number for a batch of logits and labels, to be minimised.
///
/// An immutable value; what was fitted to the data (a label distribution, offsets), or is (`RunningMeans`), comes in through its
/// initialiser.
public protocol SegmentationLoss: Sendable {
    /// The value by tensor operations alone: the objective's definition, for every device, dtype and layout.
    ///
    /// - Parameters:
    ///   - logits: [B, C, …], float of any width, raw scores; … is H, W or D, H, W.
    ///   - targets: [B, …], int64 or uint8, classes 0 ..< C or the ignore label.
    /// - Returns: [], float32 (float64 for float64 logits). 0 with a zero gradient where every pixel is ignored.
    /// - Throws: `LossInputError` for shapes or labels that do not fit.
    func composed(logits: Tensor, targets: Targets) throws -> Tensor

    /// The same by kernels that store no intermediate; nil where there is none for these tensors, or where the labels are to be
    /// refused.
    func fused(logits: Tensor, targets: Targets) throws -> Tensor?

    /// What kernels on a device are told of labels, beside the labels: `Targets` of a batch take it in place of what its counts say.
    /// With other labels and their numbers at the same addresses, the same calls compute the objective of those.
    ///
    /// - Parameter counts: the pixels of each class in each image.
    /// - Returns: nil where such kernels do not compute all of it, or not for these labels.
    func deviceNumbers(_ counts: [[Int]]) throws -> [Float]?

    /// Whether the value of a batch is the mean over its pixels that are not ignored of what each pixel alone gives: then that of a
    /// batch is known from its parts', each weighed by its pixels.
    var isMeanOverPixels: Bool { get }

    /// The offsets of each margin-calibrated term, for records.
    var marginOffsets: [MarginOffsets] { get }

    /// What its terms remember of the batches before, in their order: a run that goes on needs it.
    var runningMeans: [RunningMeans] { get }
}

extension SegmentationLoss {
    public func fused(logits: Tensor, targets: Targets) throws -> Tensor? { nil }

    public func deviceNumbers(_ counts: [[Int]]) throws -> [Float]? { nil }

    public var isMeanOverPixels: Bool { false }

    public var marginOffsets: [MarginOffsets] { [] }

    public var runningMeans: [RunningMeans] { [] }

    /// The value, by the fastest way there is; see `composed`.
    public func callAsFunction(logits: Tensor, targets: Targets) throws -> Tensor {
        try fused(logits: logits, targets: targets) ?? composed(logits: logits, targets: targets)
    }
}

/// Labels of which the host knows nothing: a value on a device waits for what that tells of them.
extension SegmentationLoss {
    public func callAsFunction(logits: Tensor, labels: Tensor) throws -> Tensor {
        try self(logits: logits, targets: Targets(labels))
    }

    public func composed(logits: Tensor, labels: Tensor) throws -> Tensor {
        try composed(logits: logits, targets: Targets(labels))
    }

    public func fused(logits: Tensor, labels: Tensor) throws -> Tensor? { try fused(logits: logits, targets: Targets(labels)) }
}
