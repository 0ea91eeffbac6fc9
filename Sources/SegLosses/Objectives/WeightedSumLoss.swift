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

    public func callAsFunction(logits: Tensor, labels: Tensor) throws -> Tensor {
        var sum: Tensor?
        for term in terms {
            let value = try term.loss(logits: logits, labels: labels)
            let weighted = term.weight == 1 ? value : value * term.weight
            sum = sum.map { $0 + weighted } ?? weighted
        }
        return sum!  // there is a term
    }
}
