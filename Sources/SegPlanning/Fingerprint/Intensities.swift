import Foundation

/// The distribution of a sample of intensities.
public struct Intensities: Codable, Sendable, Hashable {
    public let mean: Double
    public let median: Double
    public let standardDeviation: Double
    public let minimum: Double
    public let maximum: Double
    /// The 0.5th and the 99.5th percentile, interpolated linearly between neighbours.
    public let percentile005: Double
    public let percentile995: Double
    /// Intensities in the sample.
    public let count: Int

    enum CodingKeys: String, CodingKey {
        case mean, median, minimum, maximum, count
        case standardDeviation = "standard_deviation"
        case percentile005 = "percentile_00_5"
        case percentile995 = "percentile_99_5"
    }

    /// Nil of nothing.
    init?(_ sample: [Float]) {
        guard !sample.isEmpty else { return nil }
        let sorted = sample.sorted()
        func percentile(_ percent: Double) -> Double {
            let rank = percent / 100 * Double(sorted.count - 1)
            let (low, high) = (Double(sorted[Int(rank)]), Double(sorted[min(Int(rank) + 1, sorted.count - 1)]))
            return low + (high - low) * (rank - rank.rounded(.down))
        }
        let mean = sorted.reduce(0.0) { $0 + Double($1) } / Double(sorted.count)
        let squares = sorted.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        self.mean = mean
        standardDeviation = (squares / Double(sorted.count)).squareRoot()
        (median, percentile005, percentile995) = (percentile(50), percentile(0.5), percentile(99.5))
        (minimum, maximum, count) = (Double(sorted[0]), Double(sorted[sorted.count - 1]), sorted.count)
    }
}
