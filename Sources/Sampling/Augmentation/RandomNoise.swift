import DataSets

/// Noise that some samples get: `{probability: 0.1, variance: [0, 0.1]}`.
public struct RandomNoise: Sendable, Hashable, Codable {
    /// Of a sample to get it.
    public var probability: Double
    /// The smallest and the largest variance, in squared units of the normalised input: for each sample uniform between them.
    public var variance: [Double]

    public init(probability: Double, variance: [Double]) {
        self.probability = probability
        self.variance = variance
    }

    func validate() throws {
        try SettingError.require("augmentation noise.probability", probability, in: 0...1)
        try SettingError.require(
            variance.count == 2 && variance[0] >= 0 && variance[0] <= variance[1] && variance[1].isFinite,
            "augmentation noise.variance", found: "\(variance)", expected: "[smallest, largest], finite numbers from 0")
    }
}
