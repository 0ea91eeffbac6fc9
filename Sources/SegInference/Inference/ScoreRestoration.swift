import Sampling
import Torch

/// Brings scores back to their native size and decides their classes where they are, on whatever device, so that labels alone leave it.
struct ScoreRestoration {
    private struct Term {
        let places: Tensor
        /// Nil where places are taken as they are.
        let weights: Tensor?
    }

    private let steps: [(axis: Int, terms: [Term])]

    init(_ steps: [ScoreStep], on device: Device) throws {
        self.steps = try steps.map { step in
            let terms = try zip(step.places, step.weights).map { places, weights in
                Term(
                    places: try Tensor(uploading: places.map(Int64.init), shape: [places.count], to: device),
                    weights: step.isSelection ? nil : try Tensor(uploading: weights, shape: [weights.count], to: device))
            }
            return (step.axis, terms)
        }
    }

    /// [B, C, …] at native size.
    func callAsFunction(_ scores: Tensor) throws -> Tensor {
        try steps.reduce(scores) { scores, step in
            let axis = step.axis + 2
            // Along the axis, the same for all others.
            let shape = [step.terms[0].places.count] + Array(repeating: 1, count: scores.shape.count - 1 - axis)
            var sum: Tensor?
            for term in step.terms {
                var part = try scores.indexSelected(axis, term.places)
                if let weights = term.weights { part = try part * weights.reshaped(shape) }
                if let sum { try sum.addInPlace(part) } else { sum = part }
            }
            return sum ?? scores
        }
    }

    /// The class of the largest score with its offset, the first of equals: [B, 1, …] at native size, uint8. Class by class, so
    /// that memory holds the scores of one.
    ///
    /// - Parameter scores: [B, C, …] at the network's size.
    func classes(of scores: Tensor, by decision: Decision) throws -> Tensor {
        func values(ofClass k: Int) throws -> Tensor {
            let (own, offset) = (try self(scores.narrowed(1, k..<k + 1)), Double(decision.offset(ofClass: k)))
            return offset == 0 ? own : own + offset
        }
        var best = try values(ofClass: 0)
        var classes = try Tensor.zeros(best.shape, dtype: .uint8, device: best.device)
        for k in 1..<scores.shape[1] {
            let larger = try best.maximum(values(ofClass: k))
            classes = try classes.chosen(
                where: larger.equal(best), otherwise: .scalar(Double(k), dtype: .uint8, device: best.device))
            best = larger
        }
        return classes
    }
}
