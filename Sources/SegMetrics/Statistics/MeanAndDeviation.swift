/// Mean and spread of a number over repetitions, such as the seeds of a training.
public struct MeanAndDeviation: Sendable, Hashable, Codable {
    /// The repetitions in which the number is defined.
    public let count: Int
    /// Nil without a repetition.
    public let mean: Double?
    /// The sample standard deviation, √(Σ(x − mean)² / (n − 1)); nil for fewer than two repetitions.
    public let deviation: Double?

    /// - Parameter values: one for each repetition; undefined ones are left out.
    public init(_ values: [Double?]) {
        let defined = values.compactMap { $0 }
        count = defined.count
        mean = SegMetrics.mean(defined)
        if let mean, defined.count > 1 {
            deviation = (defined.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(defined.count - 1)).squareRoot()
        } else {
            deviation = nil
        }
    }
}

/// The mean of what is defined; nil when nothing is.
func mean(_ values: some Sequence<Double?>) -> Double? {
    var (sum, count) = (0.0, 0)
    for value in values {
        guard let value else { continue }
        sum += value
        count += 1
    }
    return count == 0 ? nil : sum / Double(count)
}

extension Collection<Double> where Index == Int {
    /// The value below which a share of the sorted values lies, linear between neighbours, as numpy's `percentile`.
    ///
    /// - Precondition: sorted, not empty, `share` from 0 to 1.
    package func sortedQuantile(_ share: Double) -> Double {
        precondition(!isEmpty && (0...1).contains(share), "a share of some values")
        let place = share * Double(count - 1)
        let below = Int(place)
        let low = self[startIndex + below]
        guard below + 1 < count else { return low }
        return low + (place - Double(below)) * (self[startIndex + below + 1] - low)
    }
}
