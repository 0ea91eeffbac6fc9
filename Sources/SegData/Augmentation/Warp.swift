import Foundation

/// A random change of place: rotation, scale and a smooth elastic deformation, of image and labels together.
///
/// The image is interpolated bilinearly, labels take the nearest pixel. What comes from outside the plane has the channel's
/// least value, and its labels are ignored.
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
        try SettingError.require(
            (0...1).contains(probability), "augmentation warp.probability", found: "\(probability)", expected: "0 to 1")
        try SettingError.require(
            (0...180).contains(rotation), "augmentation warp.rotation", found: "\(rotation)", expected: "0 to 180 degrees")
        try SettingError.require(
            (0...2).contains(scale), "augmentation warp.scale", found: "\(scale)", expected: "0 to 2 powers of two")
        try SettingError.require(
            elastic >= 0 && elastic.isFinite, "augmentation warp.elastic", found: "\(elastic)", expected: "0 or more pixels")
        try SettingError.require(
            smoothness >= 2 && smoothness.isFinite, "augmentation warp.smoothness", found: "\(smoothness)",
            expected: "2 or more pixels")
    }

    func apply(to sample: inout PlaneSample, generator: inout SeededGenerator) {
        guard probability > 0, generator.chance(probability) else { return }
        let size = sample.size
        let angle = generator.uniform(-rotation, rotation) * .pi / 180
        let magnification = exp2(generator.uniform(-scale, scale))
        let field = elastic > 0 ? DisplacementField(size, spacing: smoothness, deviation: elastic, &generator) : nil
        guard angle != 0 || magnification != 1 || field != nil else { return }

        // Where each new pixel comes from: the inverse of turning and magnifying about the middle.
        let (cosine, sine) = (cos(angle) / magnification, sin(angle) / magnification)
        let (middleRow, middleColumn) = (Double(size.height - 1) / 2, Double(size.width - 1) / 2)
        var origins = [PlaneSampler.Place](repeating: .init(row: 0, column: 0), count: size.count)
        for row in 0..<size.height {
            for column in 0..<size.width {
                let (y, x) = (Double(row) - middleRow, Double(column) - middleColumn)
                var place = PlaneSampler.Place(
                    row: cosine * y - sine * x + middleRow, column: sine * y + cosine * x + middleColumn)
                if let field {
                    let shift = field.at(row: row, column: column)
                    place.row += shift.row
                    place.column += shift.column
                }
                origins[row * size.width + column] = place
            }
        }
        let sampler = PlaneSampler(size: size, places: origins)
        for start in stride(from: 0, to: sample.image.count, by: size.count) {
            let plane = Array(sample.image[start..<start + size.count])
            sample.image.replaceSubrange(start..<start + size.count, with: sampler.bilinear(plane, outside: plane.min() ?? 0))
        }
        sample.labels = sampler.nearest(sample.labels, outside: LabelMap.ignored)
    }
}
