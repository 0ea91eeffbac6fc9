/// Finds the class offsets that maximise an objective on kept pixels.
///
/// With the offsets of all other classes fixed, a pixel is of class k exactly where o_k exceeds t = max_{j≠k}(s_j + o_j) − s_k, so
/// the objective as a function of o_k is constant between the sorted values of t, and one pass over them finds its maximum. Two
/// classes have one offset, and the maximum is the exact one. More are taken in turn until none gains, which is a maximum along
/// each of the offsets. The offset of class 0 is 0, since only differences matter.
struct OffsetSearch {
    let pixels: DecisionPixels
    let objective: DecisionObjective

    /// The best offsets for some of the groups.
    func offsets(for groups: [DecisionPixels.Group]) -> [Double] {
        var offsets = [Double](repeating: 0, count: pixels.classCount)
        var best = objective.value(of: pixels.counts(of: groups, by: .argmax))
        for _ in 0..<Self.mostRounds {
            var hasGained = false
            for k in 1..<pixels.classCount {
                let found = step(k, offsets, groups)
                guard found.value > best + Self.leastGain else { continue }
                (best, offsets[k], hasGained) = (found.value, found.offset, true)
            }
            if !hasGained || pixels.classCount == 2 { break }
        }
        return offsets
    }

    /// Each round gains or is the last; few are ever needed.
    private static let mostRounds = 50
    /// Beyond what sums in double precision round.
    private static let leastGain = 1e-12

    /// The best value of one offset: of equal ones that nearest to 0.
    private func step(
        _ k: Int, _ offsets: [Double], _ groups: [DecisionPixels.Group]
    ) -> (value: Double, offset: Double) {
        let (classCount, bound) = (pixels.classCount, pixels.largestOffset)
        let weight = Double(pixels.thinning)
        var counts = [Double](repeating: 0, count: classCount * classCount)
        var crossings: [Crossing] = []
        for group in groups {
            for (index, count) in group.certain.enumerated() { counts[index] += count }
            for (pixel, label) in group.labels.enumerated() {
                var rival = k == 0 ? 1 : 0
                var most = group.scores[rival][pixel] + Float(offsets[rival])
                for j in (rival + 1)..<max(classCount, rival + 1) where j != k {
                    let score = group.scores[j][pixel] + Float(offsets[j])
                    if score > most { (rival, most) = (j, score) }
                }
                let threshold = most - group.scores[k][pixel]
                counts[Int(label) * classCount + (threshold < -bound ? k : rival)] += weight
                if abs(threshold) <= bound { crossings.append(Crossing(threshold, label: label, rival: UInt8(rival))) }
            }
        }
        crossings.sort { $0.bits < $1.bits }
        return sweep(crossings, to: k, weight: weight, DecisionObjective.Tally(objective, counts))
    }

    private func sweep(
        _ crossings: [Crossing], to k: Int, weight: Double, _ start: DecisionObjective.Tally
    ) -> (value: Double, offset: Double) {
        var tally = start
        let bound = Double(pixels.largestOffset)
        var index = 0
        var low = -bound
        var best = (value: -Double.infinity, offset: 0.0)
        while true {
            let high = index < crossings.count ? Double(crossings[index].threshold) : bound
            if high > low {
                let (value, offset) = (tally.value, Self.inside(low, high))
                if value > best.value + Self.leastGain
                    || value >= best.value - Self.leastGain && abs(offset) < abs(best.offset)
                {
                    best = (value, offset)
                }
            }
            guard index < crossings.count else { return best }
            low = high
            while index < crossings.count, Double(crossings[index].threshold) == low {
                tally.move(weight, of: Int(crossings[index].label), from: Int(crossings[index].rival), to: k)
                index += 1
            }
        }
    }

    /// 0 where an interval holds it, otherwise its middle.
    private static func inside(_ low: Double, _ high: Double) -> Double {
        low < 0 && 0 < high ? 0 : Double(Float((low + high) / 2))
    }
}

/// A pixel that turns to a class where the offset of that exceeds a threshold; 8 bytes that sort by it.
private struct Crossing {
    let bits: UInt64

    init(_ threshold: Float, label: UInt8, rival: UInt8) {
        let pattern = threshold.bitPattern
        // Negative numbers order by the complement of their bits.
        let ordered = pattern >> 31 == 1 ? ~pattern : pattern | 1 << 31
        bits = UInt64(ordered) << 32 | UInt64(label) << 8 | UInt64(rival)
    }

    var threshold: Float {
        let ordered = UInt32(truncatingIfNeeded: bits >> 32)
        return Float(bitPattern: ordered >> 31 == 1 ? ordered & ~(1 << 31) : ~ordered)
    }

    var label: UInt8 { UInt8(truncatingIfNeeded: bits >> 8) }
    var rival: UInt8 { UInt8(truncatingIfNeeded: bits) }
}
