import MarginCalibration
import Torch

/// An objective: one number for a batch of logits and labels, to be minimised.
///
/// An immutable value; what was fitted to the data (a label distribution, offsets) comes in through its initialiser.
public protocol SegmentationLoss: Sendable {
    /// - Parameters:
    ///   - logits: [B, C, …], float of any width, raw scores; … is H, W or D, H, W.
    ///   - labels: [B, …], int64 or uint8, classes 0 ..< C or the ignore label.
    /// - Returns: [], float32 (float64 for float64 logits). 0 with a zero gradient where every pixel is ignored.
    /// - Throws: `LossInputError` for shapes or labels that do not fit.
    func callAsFunction(logits: Tensor, labels: Tensor) throws -> Tensor
}

extension SegmentationLoss {
    /// The offsets of each margin-calibrated term, for records.
    public var marginOffsets: [MarginOffsets] {
        switch self {
        case let margin as MarginCalibrationLoss: [margin.offsets]
        case let sum as WeightedSumLoss: sum.terms.flatMap(\.loss.marginOffsets)
        default: []
        }
    }
}
