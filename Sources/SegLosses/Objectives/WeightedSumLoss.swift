import MarginCalibration
import Torch

/// Σ_t w_t L_t: a compound objective, as Table 5's margin + Dice.
public struct WeightedSumLoss: SegmentationLoss {
    public struct Term: Sendable {
        public let weight: Double
        public let loss: any SegmentationLoss

        public init(weight: Double, loss: any SegmentationLoss) {
            self.weight = weight
            self.loss = loss
        }
    }

    public let terms: [Term]

    /// - Precondition: `terms` is not empty.
    public init(_ terms: [Term]) {
        precondition(!terms.isEmpty, "a sum needs a term")
        self.terms = terms
    }

    public func composed(logits: Tensor, targets: Targets) throws -> Tensor {
        let value = Self.value(logits, targets) { try $0.composed(logits: logits, targets: targets) }
        return try Self.sum(flattened, value)!  // there is a term
    }

    /// Terms that kernels compute share their passes and one gradient; others go each its own fastest way.
    public func fused(logits: Tensor, targets: Targets) throws -> Tensor? {
        var rest = flattened
        let composed = Self.value(logits, targets) { try $0(logits: logits, targets: targets) }
        guard let batch = try Self.fusedBatch(logits, targets, ignoreLabel: ignoreLabel) else {
            return try Self.sum(rest, composed)
        }
        let shared = try Self.takeTerms(of: &rest, ignoreLabel: ignoreLabel, in: batch)
        let others = try Self.sum(rest, composed)
        guard !shared.isEmpty else { return others }
        let value = try batch.loss(shared)
        return others.map { value + $0 } ?? value
    }

    public func deviceNumbers(_ counts: [[Int]]) throws -> [Float]? {
        guard let known = KnownLabels(counts) else { return nil }
        var rest = flattened
        let taken = try Self.takeTerms(of: &rest, ignoreLabel: ignoreLabel, in: known)
        return rest.isEmpty ? known.numbers(of: taken) : nil
    }

    /// What kernels do for the terms that they can serve, which are taken out.
    private static func takeTerms(
        of rest: inout [Term], ignoreLabel: Int?, in batch: any CountedLabels
    ) throws -> [WeightedTerm] {
        var taken: [WeightedTerm] = []
        try rest.removeAll { term in
            guard let loss = term.loss as? any BatchLoss, loss.ignoreLabel == ignoreLabel,
                let made = try loss.takenTerm(in: batch)
            else { return false }
            taken.append((term.weight, made))
            return true
        }
        return taken
    }

    /// In one sum the same pixels take part.
    private var ignoreLabel: Int? { flattened.lazy.compactMap { ($0.loss as? any BatchLoss)?.ignoreLabel }.first }

    public var isMeanOverPixels: Bool { terms.allSatisfy(\.loss.isMeanOverPixels) }

    public var marginOffsets: [MarginOffsets] { terms.flatMap(\.loss.marginOffsets) }

    public var runningMeans: [RunningMeans] { terms.flatMap(\.loss.runningMeans) }

    /// The terms without sums among them.
    private var flattened: [Term] {
        terms.flatMap { term in
            guard let sum = term.loss as? WeightedSumLoss else { return [term] }
            return sum.flattened.map { Term(weight: term.weight * $0.weight, loss: $0.loss) }
        }
    }

    /// How the value of a term is composed: the inputs are made once for all that ignore the same label; `other` makes the rest.
    private static func value(
        _ logits: Tensor, _ targets: Targets, other: @escaping (any SegmentationLoss) throws -> Tensor
    ) -> (any SegmentationLoss) throws -> Tensor {
        var made: [Int?: LossInputs] = [:]
        return { loss in
            guard let loss = loss as? any BatchLoss else { return try other(loss) }
            let inputs = try made[loss.ignoreLabel] ?? LossInputs(logits: logits, targets: targets, ignoreLabel: loss.ignoreLabel)
            made[loss.ignoreLabel] = inputs
            return try loss.composed(inputs)
        }
    }

    private static func sum(_ terms: [Term], _ value: (any SegmentationLoss) throws -> Tensor) throws -> Tensor? {
        var sum: Tensor?
        for term in terms {
            let value = try value(term.loss)
            let weighted = term.weight == 1 ? value : value * term.weight
            sum = sum.map { $0 + weighted } ?? weighted
        }
        return sum
    }
}
