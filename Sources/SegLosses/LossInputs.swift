import MarginCalibration
import Torch

/// Logits and labels that fit each other, as every composed objective wants them: made once for a batch, and shared by the terms
/// of a sum.
final class LossInputs {
    /// [B, C, …], float32 or float64: sums need at least that width. 0 where ignored, whatever stood there.
    let logits: Tensor
    /// [B, …], int64, 0 where ignored.
    let labels: Tensor
    /// [B, …], Bool: takes part.
    let isCounted: Tensor
    /// Pixels that take part.
    let pixelCount: Int
    /// Of each class in each image, where the host knows them.
    private let knownCounts: [[Int]]?
    private var softmax: Tensor?

    /// - Throws: `LossInputError`.
    init(logits: Tensor, targets: Targets, ignoreLabel: Int?) throws {
        let (shape, labels) = (logits.shape, targets.labels)
        let expected = [shape.first ?? 0] + shape.dropFirst(2)
        guard shape.count >= 3, labels.shape == expected else {
            throw LossInputError(.shapes(logits: shape, labels: labels.shape))
        }
        guard logits.dtype.isFloatingPoint else { throw LossInputError(.logitType("\(logits.dtype)")) }
        guard !labels.dtype.isFloatingPoint, labels.dtype != .bool else { throw LossInputError(.labelType("\(labels.dtype)")) }
        let classCount = shape[1]
        guard classCount >= 2 else { throw LossInputError(.tooFewClasses(classCount)) }
        guard targets.numbers == nil else { throw LossInputError(.numbersWithoutKernels) }
        let known = targets.counts.map { $0.joined().reduce(0, +) }
        // What is in no class has to be ignored, and a class may be.
        let isOutside = ignoreLabel.map { !(0..<classCount).contains($0) } ?? (known == labels.count)
        knownCounts = isOutside ? targets.counts : nil
        if let counts = knownCounts?.first?.count, counts != classCount {
            throw LossInputError(.classes(expected: counts, found: classCount, of: "the labels"))
        }
        let wideLabels = try labels.to(.int64)
        let wide = logits.dtype == .float64 ? logits : try logits.to(.float32)
        if let ignoreLabel {
            let isIgnored = try wideLabels.equal(Double(ignoreLabel))
            if knownCounts == nil { try Self.requireClasses(wideLabels, isIgnored: isIgnored, classCount: classCount) }
            isCounted = try isIgnored.logicalNot()
            self.labels = try wideLabels.masked(where: isIgnored, with: 0)
            // A zero gradient times a score that is not finite would be NaN.
            self.logits = try wide.masked(where: isIgnored.unsqueezed(1), with: 0)
        } else {
            if knownCounts == nil { try Self.requireClasses(wideLabels, isIgnored: nil, classCount: classCount) }
            isCounted = try Tensor.ones(labels.shape, dtype: .bool, device: labels.device)
            self.labels = wideLabels
            self.logits = wide
        }
        let count = knownCounts == nil ? nil : known
        pixelCount = try count ?? isCounted.sum().itemAsInt()
    }

    private static func requireClasses(_ labels: Tensor, isIgnored: Tensor?, classCount: Int) throws {
        let isClass = try labels.greater(-1).logicalAnd(labels.less(Double(classCount)))
        let isFine = try isIgnored.map { try isClass.logicalOr($0) } ?? isClass
        let bad = try isFine.logicalNot().reshaped([-1])
        let count = try bad.sum().itemAsInt()
        guard count > 0 else { return }
        let flat = try bad.to(.uint8).argmax(0).itemAsInt()
        let value = try labels.reshaped([-1]).selected(0, flat).itemAsInt()
        var position: [Int] = []
        var rest = flat
        for size in labels.shape.reversed() {
            position.insert(rest % size, at: 0)
            rest /= size
        }
        throw LossInputError(.labelOutOfRange(value: value, count: count, first: position, classCount: classCount))
    }
}

extension LossInputs {
    var classCount: Int { logits.shape[1] }

    /// The axes of the pixels of one image in [B, C, …].
    var pixelAxes: [Int] { Array(2..<logits.rank) }

    /// The loss where no pixel takes part: 0 with a zero gradient, in the graph of the logits.
    func zero() throws -> Tensor { try (logits * 0).sum() }

    /// Sum over the pixels that take part, divided by `divisor`; 0 (not 0/0) where none does.
    ///
    /// - Parameter terms: [B, …]
    func sum(_ terms: Tensor, dividedBy divisor: Double) throws -> Tensor {
        try terms.masked(where: isCounted.logicalNot(), with: 0).sum() / max(divisor, 1)
    }

    /// The mean of −ln softmax(s)_y over the pixels that take part, 0 where none does; with `weight` as PyTorch's.
    ///
    /// - Parameters:
    ///   - scores: [B, C, …], what takes the place of the logits.
    ///   - weight: [C], one for each class.
    func crossEntropy(of scores: Tensor, weight: Tensor? = nil) throws -> Tensor {
        // libtorch divides 0 by 0 where every pixel is ignored.
        guard pixelCount > 0 else { return try zero() }
        let none = -1  // no label left is −1
        let kept = try labels.masked(where: isCounted.logicalNot(), with: Double(none))
        return try scores.crossEntropy(labels: kept, weight: weight, ignoring: none)
    }

    /// softmax(s), [B, C, …].
    func probabilities() throws -> Tensor {
        if let softmax { return softmax }
        let made = try logits.softmax(1)
        softmax = made
        return made
    }

    /// [B, C, …], Bool: the class is the pixel's label; class 0 where ignored.
    func isLabel() throws -> Tensor { try classAxis().equal(labels.unsqueezed(1)) }

    /// [B, C, …], Bool: the class is the pixel's label, and the pixel takes part.
    func isCountedLabel() throws -> Tensor { try isLabel().logicalAnd(isCounted.unsqueezed(1)) }

    /// `values` ([B, C, …]) where the pixel takes part, 0 elsewhere.
    func counted(_ values: Tensor) throws -> Tensor { try values.masked(where: isCounted.logicalNot().unsqueezed(1), with: 0) }

    /// The pixels of each class that take part, of each image.
    func classCounts() throws -> [[Int]] {
        if let knownCounts { return knownCounts }
        let counts: [Int64] = try isCountedLabel().to(.int64).sum(pixelAxes).elements()
        return stride(from: 0, to: counts.count, by: classCount).map { counts[$0..<$0 + classCount].map(Int.init) }
    }

    /// 0 … C − 1 along the second axis: [1, C, 1, …], int64.
    func classAxis() throws -> Tensor { try alongClasses(.range(classCount, device: logits.device)) }

    /// A vector of one number a class, shaped [1, C, 1, …].
    func alongClasses(_ values: Tensor) throws -> Tensor {
        try values.reshaped([1, classCount] + Array(repeating: 1, count: logits.rank - 2))
    }

    /// One number a class, shaped [1, C, 1, …], with the dtype and device of the logits.
    func alongClasses(_ values: [Double]) throws -> Tensor {
        try alongClasses(ClassConstants.tensor(values, dtype: logits.dtype, device: logits.device))
    }
}
