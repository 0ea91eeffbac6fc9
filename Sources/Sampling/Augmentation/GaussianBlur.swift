import DataSets
import Foundation
import Randomness

/// A random blur: each channel is smoothed by a Gaussian of a random width.
public struct GaussianBlur: Sendable, Hashable, Codable {
    /// Probability that a sample is blurred.
    public var probability = 1.0
    /// Probability that a channel of such a sample is, with a width of its own; nil: all are, with one width.
    public var channels: Double?
    /// The smallest and the largest standard deviation, in pixels: uniform between them.
    public var sigma: [Double]

    /// Samples as they are.
    public static let none = GaussianBlur(probability: 0, sigma: [0, 0])

    func validate() throws {
        try SettingError.require("augmentation blur.probability", probability, in: 0...1)
        try SettingError.require("augmentation blur.channels", channels ?? 1, in: 0...1)
        try SettingError.require(
            sigma.count == 2 && sigma[0] >= 0 && sigma[0] <= sigma[1] && sigma[1] <= Self.widest, "augmentation blur.sigma",
            found: "\(sigma)", expected: "[smallest, largest], 0 to \(Int(Self.widest)) pixels")
    }

    /// Wider ones leave nothing to see.
    private static let widest = 100.0

    func apply(to sample: inout Sample, generator: inout SeededGenerator) {
        guard probability > 0, generator.chance(probability) else { return }
        let size = sample.size
        guard let channels else {
            let deviation = generator.uniform(sigma[0], sigma[1])
            return sample.changeChannels { Self.blurred($0, size: size, sigma: deviation) }
        }
        sample.changeChannels { channel in
            guard generator.chance(channels) else { return channel }
            return Self.blurred(channel, size: size, sigma: generator.uniform(sigma[0], sigma[1]))
        }
    }

    /// A plane or volume smoothed along each axis by the normalised samples of exp(−x² / 2σ²) up to 4σ, mirrored at its border
    /// without repeating the border's own pixels.
    ///
    /// With the same kernel size, this is torchvision's `gaussian_blur`.
    static func blurred(_ values: [Float], size: GridSize, sigma: Double) -> [Float] {
        guard sigma > 0 else { return values }
        let reach = max(1, Int((4 * sigma).rounded(.up)))
        let raw = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let sum = raw.reduce(0, +)
        let kernel = raw.map { Float($0 / sum) }
        var values = along(values, length: size.width, step: 1, kernel)
        values = along(values, length: size.height, step: size.width, kernel)
        return size.dimensions == 3 ? along(values, length: size.depth, step: size.planeCount, kernel) : values
    }

    /// Smooths every line of `length` values that lie `step` apart.
    private static func along(_ values: [Float], length: Int, step: Int, _ kernel: [Float]) -> [Float] {
        let reach = kernel.count / 2
        var result = values
        var padded = [Float](repeating: 0, count: length + 2 * reach)
        let places = padded.indices.map { mirrored($0 - reach, length) * step }
        for block in stride(from: 0, to: values.count, by: length * step) {
            for start in block..<block + step {
                for (index, place) in places.enumerated() { padded[index] = values[start + place] }
                for place in 0..<length {
                    var sum: Float = 0
                    for (offset, weight) in kernel.enumerated() { sum += weight * padded[place + offset] }
                    result[start + place * step] = sum
                }
            }
        }
        return result
    }

    /// The place that a mirror at both ends shows: … 2 1 | 0 1 2 … n−1 | n−2 ….
    private static func mirrored(_ place: Int, _ length: Int) -> Int {
        guard length > 1 else { return 0 }
        let period = 2 * (length - 1)
        let folded = ((place % period) + period) % period
        return folded < length ? folded : period - folded
    }
}
