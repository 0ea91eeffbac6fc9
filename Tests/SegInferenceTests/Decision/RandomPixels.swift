import Randomness
import Sampling
import SegMetrics

@testable import SegInference

/// Scores and labels of random pixels, with equal scores, ignored labels and classes that are rare.
struct RandomPixels {
    struct Group {
        let id: String
        /// `[C, pixels]`.
        let scores: [Float]
        let labels: [UInt8]
    }

    let classCount: Int
    var groups: [Group]

    /// - Parameter steps: of scores in a unit; few make many that are equal.
    init(classCount: Int, groups: Int = 3, pixels: Int = 40, steps: Double = 4, spread: Double = 6, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        self.classCount = classCount
        self.groups = (0..<groups).map { group in
            let labels = (0..<pixels).map { _ -> UInt8 in
                if generator.chance(0.1) { return LabelMap.ignored }
                return generator.chance(0.6) ? 0 : UInt8(generator.index(below: classCount))
            }
            let scores = (0..<classCount * pixels).map { index -> Float in
                let isTrue = Int(labels[index % pixels]) == index / pixels
                let score = generator.uniform(-spread, spread) / 2 + (isTrue ? 1 : 0)
                return Float((score * steps).rounded() / steps)
            }
            return Group(id: "g\(group)", scores: scores, labels: labels)
        }
    }

    func pixels(largestOffset: Float = 6, limit: Int = 1 << 20) -> DecisionPixels {
        var pixels = DecisionPixels(classCount: classCount, largestOffset: largestOffset, limit: limit)
        for group in groups { pixels.add(scores: group.scores, labels: group.labels, group: group.id) }
        return pixels
    }

    /// Counted pixel by pixel from the definition.
    func matrix(_ offsets: [Double]) throws -> ConfusionMatrix {
        var matrix = ConfusionMatrix(classCount: classCount)
        for group in groups {
            let count = group.labels.count
            let predicted = (0..<count).map { pixel in
                (0..<classCount).reduce((best: -Float.infinity, k: 0)) { best, k in
                    let score = group.scores[k * count + pixel] + Float(offsets[k])
                    return score > best.best ? (score, k) : best
                }.k
            }
            try matrix.add(truth: group.labels, prediction: predicted.map { UInt8($0) }, ignoring: LabelMap.ignored)
        }
        return matrix
    }

    /// The score that a table would show.
    func value(_ name: ScoreName, _ classes: ScoredClasses, _ offsets: [Double]) throws -> Double {
        try ScoreSet(averaging: [matrix(offsets)], of: classes, rule: .one).value(name.score, name.scope) ?? .nan
    }

    /// Every value of one offset that can matter: between two neighbouring thresholds, and at the ends.
    func candidates(_ k: Int, _ offsets: [Double], within bound: Double) -> [Double] {
        var thresholds: Set<Double> = [-bound, bound]
        for group in groups {
            let count = group.labels.count
            for pixel in 0..<count {
                let others = (0..<classCount).filter { $0 != k }.map { group.scores[$0 * count + pixel] + Float(offsets[$0]) }
                let threshold = Double((others.max() ?? 0) - group.scores[k * count + pixel])
                if abs(threshold) < bound { thresholds.insert(threshold) }
            }
        }
        let sorted = thresholds.sorted()
        return zip(sorted, sorted.dropFirst()).map { ($0 + $1) / 2 }
    }
}
