import MarginCalibration

/// What charts need of a histogram.
extension MarginHistogram {
    private static let reach = 10_000.0

    /// Buckets that hold anything, with their ends.
    private var buckets: [(low: Double, high: Double, count: Int)] {
        zip(zip([-Self.reach] + Self.upperBounds, Self.upperBounds), counts).compactMap { ends, count in
            count > 0 ? (ends.0, ends.1, count) : nil
        }
    }

    /// The share of margins below 0; NaN before the first.
    var shareBelowZero: Double {
        Double(buckets.filter { $0.high <= 0 }.reduce(0) { $0 + $1.count }) / Double(total)
    }

    /// The margin below which a share of all lies, to the width of a bucket; nil before the first.
    func quantile(_ share: Double) -> Double? {
        let goal = share * Double(total)
        var sum = 0.0
        for bucket in buckets {
            sum += Double(bucket.count)
            if sum >= goal {
                return share < 0.5 ? max(bucket.low, minimum ?? bucket.low) : min(bucket.high, maximum ?? bucket.high)
            }
        }
        return nil
    }

    /// Steps of the share of margins per unit of λ; fine buckets are joined until a step can be seen.
    func density(over range: ClosedRange<Double>) -> [LineChart.Point] {
        guard total > 0 else { return [] }
        let finest = (range.upperBound - range.lowerBound) / 45
        var points: [LineChart.Point] = []
        var (low, sum) = (-Self.reach, 0)
        for (high, count) in zip(Self.upperBounds, counts) {
            sum += count
            // A step ends at 0, which parts right from wrong.
            guard high - low >= finest || high == 0 else { continue }
            if high > range.lowerBound, low < range.upperBound {
                let density = Double(sum) / Double(total) / (high - low)
                let (left, right) = (max(low, range.lowerBound), min(high, range.upperBound))
                points += [.init(left, density), .init(right, density)]
            }
            (low, sum) = (high, 0)
        }
        return points
    }
}
