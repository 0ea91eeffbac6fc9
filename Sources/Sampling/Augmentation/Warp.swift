import DataSets
import Foundation
import Randomness

/// A random spatial transformation: rotation, scale and a smooth elastic deformation, of image and labels together.
///
/// The image is interpolated linearly, labels take the nearest pixel. What comes from outside the sample has the channel's least
/// value, and its labels are ignored. Volumes turn about all three axes, but a slab three times as wide as deep within its planes
/// alone.
public struct Warp: Sendable, Hashable, Codable {
    /// Probability that a sample is warped.
    public var probability: Double
    /// Turn about the middle: uniform in ±`rotation` degrees.
    public var rotation: Double
    /// Magnification about the middle: 2^u with u uniform in ±`scale`.
    public var scale: Double
    /// Standard deviation of the displacement at the control points of the elastic deformation, in pixels.
    public var elastic: Double
    /// Distance of the control points, in pixels: larger is smoother.
    public var smoothness: Double

    enum CodingKeys: String, CodingKey { case probability, rotation, scale, elastic, smoothness }

    /// Samples as they are.
    public static let none = Warp(probability: 0)

    /// What is not given changes nothing.
    public init(
        probability: Double = 1, rotation: Double = 0, scale: Double = 0, elastic: Double = 0, smoothness: Double = 32
    ) {
        self.probability = probability
        self.rotation = rotation
        self.scale = scale
        self.elastic = elastic
        self.smoothness = smoothness
    }

    func validate() throws {
        try SettingError.require("augmentation warp.probability", probability, in: 0...1)
        try SettingError.require("augmentation warp.rotation", rotation, in: 0...180, "degrees")
        try SettingError.require("augmentation warp.scale", scale, in: 0...2, "powers of two")
        try SettingError.require(
            elastic >= 0 && elastic.isFinite, "augmentation warp.elastic", found: "\(elastic)", expected: "0 or more pixels")
        try SettingError.require(
            smoothness >= 2 && smoothness.isFinite, "augmentation warp.smoothness", found: "\(smoothness)",
            expected: "2 or more pixels")
    }

    func apply(to sample: inout Sample, generator: inout SeededGenerator) {
        guard probability > 0, generator.chance(probability) else { return }
        let size = sample.size
        let angle = generator.uniform(-rotation, rotation) * .pi / 180
        // A thin slab would be rotated out of its own bounds.
        let tilts = size.dimensions == 3 && !size.isSlab
        let tilt = tilts ? (0..<2).map { _ in generator.uniform(-rotation, rotation) * .pi / 180 } : [0, 0]
        let magnification = exp2(generator.uniform(-scale, scale))
        let field = elastic > 0 ? DisplacementField(size, spacing: smoothness, deviation: elastic, &generator) : nil
        guard angle != 0 || tilt != [0, 0] || magnification != 1 || field != nil else { return }

        // Where each new pixel comes from: the inverse of turning and magnifying about the middle.
        let turn = Self.turn(inPlane: angle, aboutRows: tilt[0], aboutColumns: tilt[1], magnification: magnification)
        let middle = SIMD3(Double(size.depth - 1), Double(size.height - 1), Double(size.width - 1)) / 2
        var origins: [SIMD3<Double>] = []
        origins.reserveCapacity(size.count)
        for plane in 0..<size.depth {
            for row in 0..<size.height {
                for column in 0..<size.width {
                    let (z, y, x) = (Double(plane) - middle.x, Double(row) - middle.y, Double(column) - middle.z)
                    var place = turn.0 * z + turn.1 * y + turn.2 * x + middle
                    if let field { place += field.at(plane: plane, row: row, column: column) }
                    origins.append(place)
                }
            }
        }
        let sampler = GridSampler(size: size, places: origins)
        sample.changeChannels { sampler.linear($0, outside: $0.min() ?? 0) }
        sample.labels = sampler.nearest(sample.labels, outside: LabelMap.ignored)
    }

    /// The columns of the matrix that takes planes, rows and columns about the middle to where they come from.
    private static func turn(
        inPlane angle: Double, aboutRows: Double, aboutColumns: Double, magnification: Double
    ) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
        func turned(_ vector: SIMD3<Double>) -> SIMD3<Double> {
            var (z, y, x) = (vector.x, vector.y, vector.z)
            (z, x) = (cos(aboutRows) * z - sin(aboutRows) * x, sin(aboutRows) * z + cos(aboutRows) * x)
            (z, y) = (cos(aboutColumns) * z - sin(aboutColumns) * y, sin(aboutColumns) * z + cos(aboutColumns) * y)
            (y, x) = (cos(angle) * y - sin(angle) * x, sin(angle) * y + cos(angle) * x)
            return SIMD3(z, y, x) / magnification
        }
        return (turned(SIMD3(1, 0, 0)), turned(SIMD3(0, 1, 0)), turned(SIMD3(0, 0, 1)))
    }
}
