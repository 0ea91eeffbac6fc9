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

    public func composed(logits: Tensor, labels: Tensor) throws -> Tensor {
        try sum { try $0.composed(logits: logits, labels: labels) }
    }

    /// Every term by its own fastest way.
    public func fused(logits: Tensor, labels: Tensor) throws -> Tensor? {
        try sum { try $0(logits: logits, labels: labels) }
    }

    private func sum(_ value: (any SegmentationLoss) throws -> Tensor) throws -> Tensor {
        var sum: Tensor?
        for term in terms {
            let value = try value(term.loss)
            let weighted = term.weight == 1 ? value : value * term.weight
            sum = sum.map { $0 + weighted } ?? weighted
        }
        return sum!  // there is a term
    }
}
