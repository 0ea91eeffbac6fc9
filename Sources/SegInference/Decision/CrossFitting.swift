import Randomness
import SegMetrics

/// What a way to find a decision gains on patients or videos that it was not found on.
///
/// The groups are dealt into up to five parts by a seed. For each part the decision is found on the others, and decides the part's
/// pixels; the matrices of all groups are then summed as if one decision had made them. The difference to the largest score is
/// resampled over the groups, the same groups for both.
struct CrossFitting {
    let pixels: DecisionPixels
    let objective: DecisionObjective
    let bootstrap: Bootstrap
    /// The groups of each part, by their places; empty for fewer than two groups.
    let parts: [[Int]]

    init(_ pixels: DecisionPixels, _ objective: DecisionObjective, bootstrap: Bootstrap) {
        self.pixels = pixels
        self.objective = objective
        self.bootstrap = bootstrap
        var order = Array(pixels.groups.indices)
        var generator = SeededGenerator(seed: bootstrap.seed)
        generator.shuffle(&order)
        let count = order.count < 2 ? 0 : min(order.count, Self.mostParts)
        parts = (0..<count).map { part in stride(from: part, to: order.count, by: count).map { order[$0] } }
    }

    private static let mostParts = 5

    /// The decisions of the parts, each found on the groups of the others.
    ///
    /// - Parameter find: nil where no decision is defined.
    func decisions(_ find: ([DecisionPixels.Group]) -> Decision?) -> [Decision]? {
        let found = parts.indices.compactMap { part in
            find(parts.indices.filter { $0 != part }.flatMap { parts[$0] }.sorted().map { pixels.groups[$0] })
        }
        return found.count == parts.count && !parts.isEmpty ? found : nil
    }

    /// The objective less that of argmax.
    ///
    /// - Parameter find: nil where no decision is defined.
    /// - Returns: nil where that is so for a part, and for fewer than two groups.
    func gain(_ find: ([DecisionPixels.Group]) -> Decision?) -> Bootstrap.Estimate? {
        guard let decisions = decisions(find) else { return nil }
        let units = zip(parts, decisions).flatMap { part, decision in
            part.map { place in
                let group = pixels.groups[place]
                return pixels.counts(of: group, by: .argmax) + pixels.counts(of: group, by: decision)
            }
        }
        let length = pixels.classCount * pixels.classCount
        return bootstrap.estimates(of: units) { sums in
            [objective.value(of: Array(sums[length...])) - objective.value(of: Array(sums[..<length]))]
        }.first
    }
}
