import DataSets
import Foundation
import Randomness

/// A power of the intensities that some samples get: `{probability: 0.3, exponent: [0.7, 1.5]}`.
///
///     y = min + (max − min) · ((x − min) / (max − min))^γ, then brought back to the mean and deviation of x
///
/// for each channel with a γ of its own; inverted, it acts on −x and is turned back.
///
/// Source: nnU-Net's `GammaTransform` (batchgeneratorsv2) with `p_retain_stats=1`.
public struct RandomGamma: Sendable, Hashable, Codable {
    /// Of a sample to be changed.
    public var probability: Double
    /// The smallest and the largest γ, drawn as `RandomFactor` draws.
    public var exponent: [Double]
    /// Whether the power acts on the inverted image; nil: it does not.
    public var inverted: Bool?

    public init(probability: Double, exponent: [Double], inverted: Bool? = nil) {
        self.probability = probability
        self.exponent = exponent
        self.inverted = inverted
    }

    func validate() throws {
        try SettingError.require("augmentation gamma.probability", probability, in: 0...1)
        try RandomFactor.validate(exponent, "gamma.exponent")
    }

    func apply(to sample: inout Sample, generator: inout SeededGenerator) {
        guard generator.chance(probability) else { return }
        sample.changeChannels { values in
            let exponent = Float(RandomFactor.drawn(from: self.exponent, &generator))
            let before = Moments(values)
            let sign: Float = inverted == true ? -1 : 1
            let raised = Self.raised(values.map { sign * $0 }, to: exponent).map { sign * $0 }
            let after = Moments(raised)
            guard after.deviation > 0 else { return values }
            let scale = before.deviation / after.deviation
            return raised.map { Float((Double($0) - after.mean) * scale + before.mean) }
        }
    }

    /// min + (max − min) · ((x − min) / (max − min))^γ: the darkest and the brightest value stay as they are.
    static func raised(_ values: [Float], to exponent: Float) -> [Float] {
        guard let low = values.min(), let high = values.max(), high > low else { return values }
        return values.map { low + (high - low) * powf(($0 - low) / (high - low), exponent) }
    }

    /// Mean and standard deviation.
    private struct Moments {
        let mean, deviation: Double

        init(_ values: [Float]) {
            let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
            let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
            (self.mean, deviation) = (mean, (squares / Double(values.count)).squareRoot())
        }
    }
}
