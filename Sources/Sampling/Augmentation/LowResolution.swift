import DataSets
import Foundation
import Randomness

/// A random loss of resolution: channels are reduced to fewer pixels and brought back, so that they look as if they had been taken
/// by a coarser scanner.
///
/// Pixels are reduced by the nearest and brought back by linear interpolation. A slab keeps all its planes.
///
/// Source: nnU-Net's `SimulateLowResolutionTransform` (batchgeneratorsv2).
public struct LowResolution: Sendable, Hashable, Codable {
    /// Probability that a sample loses resolution.
    public var probability = 1.0
    /// Probability that a channel of such a sample does.
    public var channels = 0.5
    /// The share of the pixels that is left along each axis: for each channel uniform between these.
    public var zoom = [0.5, 1]

    func validate() throws {
        try SettingError.require("augmentation low_resolution.probability", probability, in: 0...1)
        try SettingError.require("augmentation low_resolution.channels", channels, in: 0...1)
        try SettingError.require(
            zoom.count == 2 && zoom[0] > 0 && zoom[0] <= zoom[1] && zoom[1] <= 1, "augmentation low_resolution.zoom",
            found: "\(zoom)", expected: "[smallest, largest], above 0 to 1")
    }

    func apply(to sample: inout Sample, generator: inout SeededGenerator) {
        guard probability > 0, generator.chance(probability) else { return }
        let size = sample.size
        sample.changeChannels { channel in
            guard generator.chance(channels) else { return channel }
            return Self.reduced(channel, size: size, zoom: generator.uniform(zoom[0], zoom[1]))
        }
    }

    /// A plane or volume with the share `zoom` of its pixels along each axis, in its own size.
    static func reduced(_ values: [Float], size: GridSize, zoom: Double) -> [Float] {
        var lengths = size.lengths.map { max(1, Int((Double($0) * zoom).rounded(.toNearestOrEven))) }
        if size.isSlab { lengths[0] = size.depth }
        let small = GridResampling.resize(values, from: size, to: GridSize(lengths), .nearest)
        return GridResampling.resize(small, from: GridSize(lengths), to: size, .linear)
    }
}

extension LowResolution {
    /// What is not given is as in nnU-Net, where the probability is 0.25.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(probability: try container.decode(Double.self, forKey: .probability))
        channels = try container.decodeIfPresent(Double.self, forKey: .channels) ?? channels
        zoom = try container.decodeIfPresent([Double].self, forKey: .zoom) ?? zoom
    }
}
