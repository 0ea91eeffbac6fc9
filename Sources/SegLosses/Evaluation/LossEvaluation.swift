import MarginCalibration
import Torch

/// An objective at given logits and labels: its value, its gradient, and what they were computed from.
public struct LossEvaluation {
    public let value: Double
    /// d value / d logits, with their shape and dtype.
    public let gradient: Tensor
    /// The class counts that margins follow from.
    public let distribution: LabelDistribution
    /// Pixels that take part.
    public let pixelCount: Int
    public let ignoredCount: Int
    /// Of each margin-calibrated term.
    public let marginOffsets: [MarginOffsets]

    /// - Parameters:
    ///   - logits: [B, C, …], float.
    ///   - labels: [B, …], whole numbers.
    ///   - counts: the pixels of each class in the training set; nil counts those of `labels`.
    /// - Throws: `LossInputError`, `LabelDistributionError`, `LossNotFinite`, and as `LossExpression.makeLoss`.
    public init(_ expression: LossExpression, logits: Tensor, labels: Tensor, ignoreLabel: Int?, counts: [Int]?) throws {
        let inputs = try LossInputs(logits: logits, targets: Targets(labels), ignoreLabel: ignoreLabel)
        if let counts, counts.count != inputs.classCount {
            throw LossInputError(.classes(expected: counts.count, found: inputs.classCount, of: "the counts"))
        }
        distribution = try LabelDistribution(counts: counts ?? inputs.labelCounts())
        let loss = try expression.makeLoss(
            LossContext(classCount: inputs.classCount, distribution: distribution, ignoreLabel: ignoreLabel))
        marginOffsets = loss.marginOffsets
        pixelCount = inputs.pixelCount
        ignoredCount = labels.count - inputs.pixelCount

        let leaf = logits.detached()
        try leaf.setRequiresGradient()
        let result = try loss(logits: leaf, labels: labels)
        value = try result.item()
        guard value.isFinite else {
            throw LossNotFinite(value: value, badLogits: try inputs.logits.isFinite().logicalNot().sum().itemAsInt())
        }
        try result.backward()
        gradient = leaf.gradient!  // of a leaf that the value was computed from
    }
}

extension LossInputs {
    /// The pixels of each class that take part.
    fileprivate func labelCounts() throws -> [Int] {
        let images = try classCounts()
        return (0..<classCount).map { k in images.reduce(0) { $0 + $1[k] } }
    }
}

/// A loss that is no number, and the most likely reason.
public struct LossNotFinite: Error, CustomStringConvertible, Equatable {
    public let value: Double
    /// Logits of pixels that take part and are NaN or infinite.
    public let badLogits: Int

    public var description: String {
        // A NaN may have a sign.
        "the loss is \(value.isNaN ? .nan : value): \(badLogits) logits of pixels that take part are not finite"
    }
}
