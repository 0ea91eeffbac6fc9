import DataSets
import Foundation
import Randomness

/// A random spatial transformation: rotation, scale and a smooth elastic deformation, of image and labels together.
///
/// The image is interpolated linearly, labels take the nearest pixel. A window takes from around it what turns into it. What comes
/// from outside the sample has the channel's least value there, and its labels are ignored. Volumes turn about all three axes, but a slab three times as wide as deep within its planes
/// alone.
public struct Warp: Sendable, Hashable, Codable {
    /// Probability that a sample is warped.
    public var probability: Double
    /// Turn about the middle: for each axis uniform in ± so many degrees.
    public var rotation: Strength<RandomRotation>
    /// Magnification about the middle: 2^u with u uniform in ± the number, or a factor.
    public var scale: Strength<RandomFactor>
    /// Standard deviation of the displacement at the control points of the elastic deformation, in pixels.
    public var elastic: Double
    /// Distance of the control points, in pixels: larger is smoother.
    public var smoothness: Double

    enum CodingKeys: String, CodingKey { case probability, rotation, scale, elastic, smoothness }

    /// Samples as they are.
    public static let none = Warp(probability: 0)

    /// What is not given changes nothing.
    public init(
        probability: Double = 1, rotation: Strength<RandomRotation> = 0, scale: Strength<RandomFactor> = 0, elastic: Double = 0,
        smoothness: Double = 32
    ) {
        self.probability = probability
        self.rotation = rotation
        self.scale = scale
        self.elastic = elastic
        self.smoothness = smoothness
    }

    func validate() throws {
        try SettingError.require("augmentation warp.probability", probability, in: 0...1)
        switch rotation {
        case .always(let degrees): try SettingError.require("augmentation warp.rotation", degrees, in: 0...180, "degrees")
        case .random(let turn): try turn.validate()
        }
        switch scale {
        case .always(let powers): try SettingError.require("augmentation warp.scale", powers, in: 0...2, "powers of two")
        case .random(let change): try change.validate("warp.scale")
        }
        try SettingError.require(
            elastic >= 0 && elastic.isFinite, "augmentation warp.elastic", found: "\(elastic)", expected: "0 or more pixels")
        try SettingError.require(
            smoothness >= 2 && smoothness.isFinite, "augmentation warp.smoothness", found: "\(smoothness)",
            expected: "2 or more pixels")
    }

    /// Where the pixels of a window come from; nil: they keep their places.
    func drawn(for size: GridSize, generator: inout SeededGenerator) -> WarpMap? {
        guard probability > 0, generator.chance(probability) else { return nil }
        let degrees =
            switch rotation {
            case .always(let degrees): degrees
            case .random(let turn): generator.chance(turn.probability) ? turn.degrees : 0
            }
        let angle = generator.uniform(-degrees, degrees) * .pi / 180
        // A thin slab would be rotated out of its own bounds.
        let tilts = size.dimensions == 3 && !size.isSlab
        let tilt = tilts ? (0..<2).map { _ in generator.uniform(-degrees, degrees) * .pi / 180 } : [0, 0]
        let magnification =
            switch scale {
            case .always(let powers): exp2(generator.uniform(-powers, powers))
            case .random(let change):
                generator.chance(change.probability) ? RandomFactor.drawn(from: change.factor, &generator) : 1
            }
        let field = elastic > 0 ? DisplacementField(size, spacing: smoothness, deviation: elastic, &generator) : nil
        guard angle != 0 || tilt != [0, 0] || magnification != 1 || field != nil else { return nil }
        // The inverse of turning and magnifying about the middle.
        return WarpMap(
            size: size,
            turn: Self.turn(inPlane: angle, aboutRows: tilt[0], aboutColumns: tilt[1], magnification: magnification), field: field
        )
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
