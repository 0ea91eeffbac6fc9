import Randomness

/// Intervals and tests of statistics by resampling the units of a study, seeded.
///
/// A unit is what was sampled independently: a patient or a video, never its slices or frames. A statistic is a function of how
/// often each unit was drawn, or, where units are vectors of numbers that add (counts, sums of scores), of their sum: an IoU of the
/// whole set as well as a mean over cases.
public struct Bootstrap: Sendable, Hashable, Codable {
    /// How an interval follows from the resamples.
    public enum Method: String, Sendable, Hashable, Codable {
        /// The quantiles of the resamples, as far out as Student's t and the factor √(n / (n − 1)) say for n units: resamples of few
        /// units spread too little (Hesterberg: *What Teachers Should Know about the Bootstrap*, The American Statistician 69, 2015).
        case expandedPercentile = "expanded_percentile"
        /// The quantiles of the resamples.
        case percentile
        /// The quantiles, corrected for bias and skewness (bias-corrected and accelerated; Efron 1987).
        case bca
    }

    /// Resamples drawn.
    public var resamples: Int
    /// The share of intervals that hold the true value: 0.95.
    public var level: Double
    public var method: Method
    public var seed: UInt64

    public init(resamples: Int = 2000, level: Double = 0.95, method: Method = .expandedPercentile, seed: UInt64 = 0) {
        precondition(resamples > 0 && level > 0 && level < 1, "resamples, and a level between 0 and 1")
        self.resamples = resamples
        self.level = level
        self.method = method
        self.seed = seed
    }

    /// The statistics of the units' sum, with their intervals.
    ///
    /// Resamples in which a statistic is not defined are left out of its interval and counted.
    ///
    /// - Parameters:
    ///   - units: a vector each, all of one length.
    ///   - statistics: from a sum of vectors; always as many.
    /// - Returns: one for each statistic; without an interval for fewer than two units, or where fewer than half of the
    ///   resamples define the statistic.
    public func estimates(of units: [[Double]], statistics: ([Double]) -> [Double?]) -> [Estimate] {
        estimates(unitCount: units.count) { statistics(units.sum(times: $0)) }
    }

    /// Statistics of the units' multiplicities, with their intervals.
    ///
    /// - Parameter statistics: from how often each unit counts, once each in the value itself; always as many.
    /// - Returns: as `estimates(of:statistics:)`.
    public func estimates(unitCount: Int, statistics: ([Int]) -> [Double?]) -> [Estimate] {
        let once = [Int](repeating: 1, count: unitCount)
        let values = statistics(once)
        guard unitCount > 1 else { return values.map { Estimate(value: $0) } }

        var draws = values.map { _ in [Double]() }
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<resamples {
            var counts = [Int](repeating: 0, count: unitCount)
            for _ in 0..<unitCount { counts[generator.index(below: unitCount)] += 1 }
            for (index, value) in statistics(counts).enumerated() {
                if let value { draws[index].append(value) }
            }
        }
        let accelerations = method == .bca ? accelerations(once, statistics) : values.map { _ in 0 }
        return values.indices.map { index in
            guard let value = values[index], 2 * draws[index].count >= resamples else {
                return Estimate(value: values[index], undefinedResamples: resamples - draws[index].count)
            }
            return estimate(value, draws[index].sorted(), acceleration: accelerations[index], unitCount: unitCount)
        }
    }

    /// Efron's acceleration of each statistic, from leaving out each unit; 0 where that changes nothing.
    private func accelerations(_ once: [Int], _ statistics: ([Int]) -> [Double?]) -> [Double] {
        let withoutOne = once.indices.map { unit in
            var counts = once
            counts[unit] = 0
            return statistics(counts)
        }
        return (withoutOne.first ?? []).indices.map { index in
            let values = withoutOne.compactMap { $0[index] }
            guard let center = mean(values) else { return 0 }
            let (squares, cubes) = values.reduce(into: (0.0, 0.0)) { sums, value in
                let deviation = center - value
                sums.0 += deviation * deviation
                sums.1 += deviation * deviation * deviation
            }
            return squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
        }
    }

    private func estimate(_ value: Double, _ draws: [Double], acceleration: Double, unitCount: Int) -> Estimate {
        // Ties count half, as in scipy's `bootstrap`.
        func share(below limit: Double) -> Double {
            let below = draws.partitionPoint { $0 < limit }
            let notAbove = draws.partitionPoint { $0 <= limit }
            return Double(below + notAbove) / Double(2 * draws.count)
        }
        // A share of none or all would be infinitely far out; a resample more is the most that is known.
        func deviate(_ share: Double) -> Double {
            let least = 1 / Double(draws.count + 1)
            return NormalDistribution.quantile(min(max(share, least), 1 - least))
        }
        let scale = DeviateScale(method, unitCount: unitCount)
        let bias = method == .bca ? deviate(share(below: value)) : 0
        let reach = scale.deviate(holding: level)
        func end(_ deviate: Double) -> Double {
            let z = bias + deviate
            let denominator = 1 - acceleration * z
            guard denominator > 0 else { return z > 0 ? draws[draws.count - 1] : draws[0] }
            return draws.sortedQuantile(NormalDistribution.cumulative(bias + z / denominator))
        }
        // The level at which an end of the interval would lie on 0.
        let z = deviate(share(below: 0)) - bias
        let stretch = 1 + acceleration * z
        let outside = stretch > 0 ? 1 - scale.share(within: abs(z / stretch - bias)) : 2 / Double(draws.count + 1)
        return Estimate(
            value: value, interval: .init(low: end(-reach), high: end(reach)), undefinedResamples: resamples - draws.count,
            pValue: max(0, outside))
    }
}

extension Bootstrap {
    /// A statistic with what resampling says of it.
    public struct Estimate: Sendable, Hashable {
        /// An interval of the method's level.
        public struct Interval: Sendable, Hashable, Codable {
            public let low: Double
            public let high: Double

            init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

            /// Nil where an end is not known.
            package init?(_ low: Double?, _ high: Double?) {
                guard let low, let high else { return nil }
                self.init(low: low, high: high)
            }
        }

        /// The statistic of all units; nil where it is not defined.
        public let value: Double?
        /// Nil where it cannot be determined.
        public let interval: Interval?
        /// Resamples on which the statistic is not defined.
        public let undefinedResamples: Int
        /// Two-sided, against the value 0: one minus the level at which an end of the interval lies on 0. For differences.
        public let pValue: Double?

        init(value: Double?, interval: Interval? = nil, undefinedResamples: Int = 0, pValue: Double? = nil) {
            self.value = value
            self.interval = interval
            self.undefinedResamples = undefinedResamples
            self.pValue = pValue
        }
    }
}

/// How far from the middle of the resamples, in their standard deviations, an interval of a level ends.
private enum DeviateScale {
    case normal
    case student(StudentDistribution, factor: Double)

    init(_ method: Bootstrap.Method, unitCount: Int) {
        switch method {
        case .percentile, .bca: self = .normal
        case .expandedPercentile:
            let factor = (Double(unitCount) / Double(unitCount - 1)).squareRoot()
            self = .student(StudentDistribution(degrees: unitCount - 1), factor: factor)
        }
    }

    func deviate(holding share: Double) -> Double {
        switch self {
        case .normal: NormalDistribution.quantile((1 + share) / 2)
        case .student(let distribution, let factor): factor * distribution.deviate(holding: share)
        }
    }

    func share(within deviate: Double) -> Double {
        switch self {
        case .normal: 1 - 2 * NormalDistribution.cumulative(-deviate)
        case .student(let distribution, let factor): distribution.share(within: deviate / factor)
        }
    }
}

extension [[Double]] {
    /// The sum of vectors of one length, each so many times.
    func sum(times counts: [Int]) -> [Double] {
        let length = first?.count ?? 0
        precondition(allSatisfy { $0.count == length }, "vectors of one length")
        var sum = [Double](repeating: 0, count: length)
        sum.withUnsafeMutableBufferPointer { sum in
            for (vector, count) in zip(self, counts) where count > 0 {
                let factor = Double(count)
                vector.withUnsafeBufferPointer { vector in
                    for index in 0..<length { sum[index] += factor * vector[index] }
                }
            }
        }
        return sum
    }
}

extension [Double] {
    /// The first index of a sorted list at which `isBelow` no longer holds.
    fileprivate func partitionPoint(_ isBelow: (Double) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBelow(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
