import Torch

/// Logits and labels that fit each other, as every composed objective wants them.
struct LossInputs {
    /// [B, C, …], float32 or float64: sums need at least that width.
    let logits: Tensor
    /// [B, …], int64, 0 where ignored.
    let labels: Tensor
    /// [B, …], Bool: takes part.
    let isCounted: Tensor
    /// Pixels that take part.
    let pixelCount: Int

    /// - Throws: `LossInputError`.
    init(logits: Tensor, labels: Tensor, ignoreLabel: Int?) throws {
        let shape = logits.shape
        let expected = [shape.first ?? 0] + shape.dropFirst(2)
        guard shape.count >= 3, labels.shape == expected else {
            throw LossInputError(.shapes(logits: shape, labels: labels.shape))
        }
        guard !labels.dtype.isFloatingPoint, labels.dtype != .bool else { throw LossInputError(.labelType("\(labels.dtype)")) }
        let labels = try labels.to(.int64)
        let classCount = shape[1]
        let inRange = try labels.greater(-1).logicalAnd(labels.less(Double(classCount)))
        let isCounted: Tensor
        if let ignoreLabel {
            let isIgnored = try labels.equal(Double(ignoreLabel))
            isCounted = try isIgnored.logicalNot()
            try Self.requireAll(inRange.logicalOr(isIgnored), labels: labels, classCount: classCount)
        } else {
            isCounted = try Tensor.ones(labels.shape, dtype: .bool, device: labels.device)
            try Self.requireAll(inRange, labels: labels, classCount: classCount)
        }
        self.logits = logits.dtype == .float64 ? logits : try logits.to(.float32)
        self.labels = try labels.masked(where: isCounted.logicalNot(), with: 0)
        self.isCounted = isCounted
        pixelCount = try isCounted.sum().itemAsInt()
    }

    /// Sum over the pixels that take part, divided by `divisor`; 0 (not 0/0) where none does.
    ///
    /// - Parameter terms: [B, …]
    func sum(_ terms: Tensor, dividedBy divisor: Double) throws -> Tensor {
        try terms.masked(where: isCounted.logicalNot(), with: 0).sum() / max(divisor, 1)
    }

    /// [B, C, …], Bool: the class is the pixel's label.
    func isLabel() throws -> Tensor {
        let classes = try classAxis()
        return try classes.equal(labels.unsqueezed(1))
    }

    /// 0 … C − 1 along the second axis: [1, C, 1, …], int64.
    func classAxis() throws -> Tensor { try alongClasses(.range(logits.shape[1], device: logits.device)) }

    /// A vector of one number a class, shaped [1, C, 1, …].
    func alongClasses(_ values: Tensor) throws -> Tensor {
        try values.reshaped([1, logits.shape[1]] + Array(repeating: 1, count: logits.rank - 2))
    }

    private static func requireAll(_ isFine: Tensor, labels: Tensor, classCount: Int) throws {
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

/// Logits and labels that do not fit each other.
public struct LossInputError: Error, CustomStringConvertible, Equatable {
    public enum Problem: Sendable, Equatable {
        case shapes(logits: [Int], labels: [Int])
        case labelType(String)
        /// `first` is the position of the first such pixel, as [b, …].
        case labelOutOfRange(value: Int, count: Int, first: [Int], classCount: Int)
        case classes(expected: Int, found: Int, of: String)
    }

    public let problem: Problem

    public init(_ problem: Problem) { self.problem = problem }

    public var description: String {
        switch problem {
        case .shapes(let logits, let labels):
            "logits of shape \(logits) and labels of shape \(labels) do not fit: expected [B, C, …] and [B, …]"
        case .labelType(let name):
            "labels must be whole numbers (int64 or uint8), found \(name)"
        case .labelOutOfRange(let value, let count, let first, let classCount):
            "\(count) labels lie outside the classes 0 to \(classCount - 1), first \(value) at \(first); map or ignore them"
        case .classes(let expected, let found, let what):
            "\(what) are for \(expected) classes, the logits have \(found)"
        }
    }
}
