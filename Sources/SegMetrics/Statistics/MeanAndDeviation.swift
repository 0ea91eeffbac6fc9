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
        mean = defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
        if let mean, defined.count > 1 {
            deviation = (defined.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(defined.count - 1)).squareRoot()
        } else {
            deviation = nil
        }
    }
}
