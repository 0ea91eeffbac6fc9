import DataSets
import Randomness

/// A factor that some samples get: `{probability: 0.15, factor: [0.75, 1.25]}`.
public struct RandomFactor: Sendable, Hashable, Codable {
    /// Of a sample to get one.
    public var probability: Double
    /// The smallest and the largest.
    public var factor: [Double]

    public init(probability: Double, factor: [Double]) {
        self.probability = probability
        self.factor = factor
    }

    /// - Parameter name: of the setting, for the message.
    func validate(_ name: String) throws {
        try SettingError.require("augmentation \(name).probability", probability, in: 0...1)
        try Self.validate(factor, "\(name).factor")
    }

    static func validate(_ range: [Double], _ name: String) throws {
        try SettingError.require(
            range.count == 2 && range[0] > 0 && range[0] <= range[1] && range[1] <= 100, "augmentation \(name)",
            found: "\(range)", expected: "[smallest, largest], above 0 to 100")
    }

    /// A number between two bounds: where 1 lies between them, below and above it with equal chances, and uniform in either part.
    ///
    /// Source: nnU-Net's `BGContrast`.
    static func drawn(from range: [Double], _ generator: inout SeededGenerator) -> Double {
        guard range[0] < 1, range[1] > 1 else { return generator.uniform(range[0], range[1]) }
        return generator.chance(0.5) ? generator.uniform(range[0], 1) : generator.uniform(1, range[1])
    }
}
