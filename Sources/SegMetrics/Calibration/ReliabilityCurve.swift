/// How often predictions of a confidence are right: counts in bins of equal width, added to as probabilities come.
///
/// Bin b of B holds the confidences in (b/B, (b+1)/B]; 0 belongs to the first (Guo et al.: *On Calibration of Modern Neural
/// Networks*, ICML 2017).
public struct ReliabilityCurve: Sendable, Hashable {
    /// Predictions of each bin.
    public private(set) var counts: [Int]
    /// The sum of the confidences of each bin.
    public private(set) var confidenceSums: [Double]
    /// Predictions of each bin that are right.
    public private(set) var rightCounts: [Int]

    /// A curve without predictions.
    ///
    /// - Precondition: a bin or more.
    public init(binCount: Int = 15) {
        precondition(binCount > 0, "a bin or more")
        counts = Array(repeating: 0, count: binCount)
        confidenceSums = Array(repeating: 0, count: binCount)
        rightCounts = Array(repeating: 0, count: binCount)
    }

    /// All predictions counted.
    public var count: Int { counts.reduce(0, +) }

    /// The mean confidence of each bin; nil for an empty one.
    public var confidences: [Double?] { zip(confidenceSums, counts).map { $1 > 0 ? $0 / Double($1) : nil } }

    /// The share of each bin that is right; nil for an empty one.
    public var accuracies: [Double?] { zip(rightCounts, counts).map { $1 > 0 ? Double($0) / Double($1) : nil } }

    /// ECE = Σ_b n_b/n · |accuracy_b − confidence_b|; nil without a prediction.
    public var expectedCalibrationError: Double? {
        guard count > 0 else { return nil }
        return zip(rightCounts, confidenceSums).reduce(0) { $0 + abs(Double($1.0) - $1.1) } / Double(count)
    }

    /// The largest |accuracy_b − confidence_b| of a bin that holds a prediction; nil without one.
    public var maximumCalibrationError: Double? {
        zip(confidences, accuracies).compactMap { pair in pair.0.flatMap { confidence in pair.1.map { abs($0 - confidence) } } }
            .max()
    }

    /// Counts one prediction.
    ///
    /// - Precondition: a confidence from 0 to 1, rounding aside.
    public mutating func add(confidence: Float, isRight: Bool) {
        let bin = min(max(Int((confidence * Float(counts.count)).rounded(.up)) - 1, 0), counts.count - 1)
        counts[bin] += 1
        confidenceSums[bin] += Double(confidence)
        if isRight { rightCounts[bin] += 1 }
    }

    /// Adds the counts of other predictions.
    ///
    /// - Precondition: as many bins.
    public static func += (left: inout ReliabilityCurve, right: ReliabilityCurve) {
        precondition(left.counts.count == right.counts.count, "curves of equal bins")
        for bin in left.counts.indices {
            left.counts[bin] += right.counts[bin]
            left.confidenceSums[bin] += right.confidenceSums[bin]
            left.rightCounts[bin] += right.rightCounts[bin]
        }
    }
}

extension ReliabilityCurve: Codable {
    enum CodingKeys: String, CodingKey {
        case counts, confidences, accuracies
        case confidenceSums = "confidence_sums"
        case rightCounts = "right_counts"
        case expectedCalibrationError = "expected_calibration_error"
        case maximumCalibrationError = "maximum_calibration_error"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        counts = try container.decode([Int].self, forKey: .counts)
        confidenceSums = try container.decode([Double].self, forKey: .confidenceSums)
        rightCounts = try container.decode([Int].self, forKey: .rightCounts)
        guard !counts.isEmpty, counts.count == confidenceSums.count, counts.count == rightCounts.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: container, debugDescription: "a reliability curve has one bin or more, in three equal lists")
        }
    }

    /// With what follows from the counts, for readers who want to draw the curve.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(counts, forKey: .counts)
        try container.encode(confidenceSums, forKey: .confidenceSums)
        try container.encode(rightCounts, forKey: .rightCounts)
        try container.encode(confidences, forKey: .confidences)
        try container.encode(accuracies, forKey: .accuracies)
        try container.encode(expectedCalibrationError, forKey: .expectedCalibrationError)
        try container.encode(maximumCalibrationError, forKey: .maximumCalibrationError)
    }
}
