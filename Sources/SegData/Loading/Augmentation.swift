/// Random changes of training samples: flips of image and labels together, and changes of the intensities.
public struct Augmentation: Sendable, Hashable, Codable {
    /// Probability of a mirror image, left and right exchanged.
    public var horizontalFlip: Double
    /// Probability of turning top and bottom round.
    public var verticalFlip: Double
    /// Added to all intensities: uniform in ±`brightness`, in units of the normalised input.
    public var brightness: Double
    /// Factor about each channel's mean: uniform in 1 ± `contrast`.
    public var contrast: Double
    /// Standard deviation of the noise added to every value, in units of the normalised input.
    public var noise: Double

    enum CodingKeys: String, CodingKey {
        case brightness, contrast, noise
        case horizontalFlip = "horizontal_flip"
        case verticalFlip = "vertical_flip"
    }

    /// Samples as they are.
    public static let none = Augmentation()

    public init(
        horizontalFlip: Double = 0, verticalFlip: Double = 0, brightness: Double = 0, contrast: Double = 0, noise: Double = 0
    ) {
        self.horizontalFlip = horizontalFlip
        self.verticalFlip = verticalFlip
        self.brightness = brightness
        self.contrast = contrast
        self.noise = noise
    }

    /// - Throws: `SettingError` for probabilities outside 0…1, negative strengths or a contrast that inverts.
    public func validate() throws {
        for (name, value) in [("horizontalFlip", horizontalFlip), ("verticalFlip", verticalFlip), ("contrast", contrast)] {
            try SettingError.require((0...1).contains(value), "augmentation \(name)", found: "\(value)", expected: "0 to 1")
        }
        for (name, value) in [("brightness", brightness), ("noise", noise)] {
            try SettingError.require(
                value >= 0 && value.isFinite, "augmentation \(name)", found: "\(value)", expected: "a finite number from 0")
        }
    }

    /// Changes a sample.
    func apply(to sample: inout PlaneSample, generator: inout SeededGenerator) {
        let size = sample.size
        if generator.chance(horizontalFlip) {
            Self.flipColumns(&sample.image, size)
            Self.flipColumns(&sample.labels, size)
        }
        if generator.chance(verticalFlip) {
            Self.flipRows(&sample.image, size)
            Self.flipRows(&sample.labels, size)
        }
        if brightness > 0 || contrast > 0 {
            let shift = Float(generator.uniform(-brightness, brightness))
            let factor = Float(generator.uniform(1 - contrast, 1 + contrast))
            for start in stride(from: 0, to: sample.image.count, by: size.count) {
                let range = start..<start + size.count
                let mean = Float(sample.image[range].reduce(0.0) { $0 + Double($1) } / Double(size.count))
                for index in range { sample.image[index] = (sample.image[index] - mean) * factor + mean + shift }
            }
        }
        if noise > 0 {
            for index in sample.image.indices { sample.image[index] += Float(noise * generator.bell()) }
        }
    }

    private static func flipColumns<Value>(_ planes: inout [Value], _ size: PlaneSize) {
        for start in stride(from: 0, to: planes.count, by: size.width) {
            planes[start..<start + size.width].reverse()
        }
    }

    private static func flipRows<Value>(_ planes: inout [Value], _ size: PlaneSize) {
        for start in stride(from: 0, to: planes.count, by: size.count) {
            for row in 0..<size.height / 2 {
                for column in 0..<size.width {
                    planes.swapAt(start + row * size.width + column, start + (size.height - 1 - row) * size.width + column)
                }
            }
        }
    }
}
