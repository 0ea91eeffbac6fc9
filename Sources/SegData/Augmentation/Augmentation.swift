import Foundation

/// Random changes of training samples: of the place of the pixels, image and labels together, and of the intensities.
///
/// Applied in the order of the properties. Each strength of 0 leaves the sample as it is, bit for bit.
public struct Augmentation: Sendable, Hashable, Codable {
    /// Probability of a mirror image, left and right exchanged.
    public var horizontalFlip: Double
    /// Probability of turning top and bottom round.
    public var verticalFlip: Double
    /// Rotation, scale and elastic deformation.
    public var warp: Warp
    /// Brightness, contrast, saturation and hue of pictures, in the intensities of the file.
    public var colorJitter: ColorJitter
    /// The exponent of ((x − min) / (max − min))^γ: γ = 2^u with u uniform in ±`gamma`, for each sample.
    public var gamma: Double
    /// Added to all intensities: uniform in ±`brightness`, in units of the normalised input.
    public var brightness: Double
    /// Factor about each channel's mean: uniform in 1 ± `contrast`.
    public var contrast: Double
    /// Gaussian blur.
    public var blur: GaussianBlur
    /// Standard deviation of the noise added to every value, in units of the normalised input.
    public var noise: Double

    enum CodingKeys: String, CodingKey {
        case warp, gamma, brightness, contrast, blur, noise
        case horizontalFlip = "horizontal_flip"
        case verticalFlip = "vertical_flip"
        case colorJitter = "color_jitter"
    }

    /// Samples as they are.
    public static let none = Augmentation()

    /// What is not given changes nothing.
    public init(
        horizontalFlip: Double = 0, verticalFlip: Double = 0, warp: Warp = .none, colorJitter: ColorJitter = .none,
        gamma: Double = 0, brightness: Double = 0, contrast: Double = 0, blur: GaussianBlur = .none, noise: Double = 0
    ) {
        self.horizontalFlip = horizontalFlip
        self.verticalFlip = verticalFlip
        self.warp = warp
        self.colorJitter = colorJitter
        self.gamma = gamma
        self.brightness = brightness
        self.contrast = contrast
        self.blur = blur
        self.noise = noise
    }

    /// - Throws: `SettingError` for probabilities outside 0…1, negative strengths or a contrast that inverts.
    public func validate() throws {
        for (name, value) in [("horizontal_flip", horizontalFlip), ("vertical_flip", verticalFlip), ("contrast", contrast)] {
            try SettingError.require((0...1).contains(value), "augmentation \(name)", found: "\(value)", expected: "0 to 1")
        }
        for (name, value) in [("gamma", gamma), ("brightness", brightness), ("noise", noise)] {
            try SettingError.require(
                value >= 0 && value.isFinite, "augmentation \(name)", found: "\(value)", expected: "a finite number from 0")
        }
        try warp.validate()
        try colorJitter.validate()
        try blur.validate()
    }

    /// - Throws: `SettingError` for a colour jitter of images that are not red, green and blue, or whose file's intensities
    ///   cannot be had back from the normalised ones.
    public func check(channels: Int, normalization: IntensityNormalization) throws {
        guard colorJitter != .none else { return }
        try SettingError.require(
            channels == 3, "augmentation color_jitter", found: "images of \(channels) channel\(channels == 1 ? "" : "s")",
            expected: "3, red, green and blue; for others use brightness, contrast and gamma")
        try SettingError.require(
            normalization.unitLine(channel: 0) != nil, "augmentation color_jitter",
            found: "normalization by each image's own values",
            expected: "imagenet, range or window, from which the picture's colours can be had back")
    }

    /// Changes a sample.
    ///
    /// - Precondition: `check` passed for its channels and `normalization`.
    func apply(to sample: inout PlaneSample, normalization: IntensityNormalization, generator: inout SeededGenerator) {
        let size = sample.size
        if generator.chance(horizontalFlip) {
            Self.flipColumns(&sample.image, size)
            Self.flipColumns(&sample.labels, size)
        }
        if generator.chance(verticalFlip) {
            Self.flipRows(&sample.image, size)
            Self.flipRows(&sample.labels, size)
        }
        warp.apply(to: &sample, generator: &generator)
        colorJitter.apply(to: &sample, normalization: normalization, generator: &generator)
        if gamma > 0 {
            let exponent = Float(exp2(generator.uniform(-gamma, gamma)))
            Self.forEachChannel(of: &sample) { Self.raise(&$0, to: exponent) }
        }
        if brightness > 0 || contrast > 0 {
            let shift = Float(generator.uniform(-brightness, brightness))
            let factor = Float(generator.uniform(1 - contrast, 1 + contrast))
            Self.forEachChannel(of: &sample) { plane in
                let mean = Float(plane.reduce(0.0) { $0 + Double($1) } / Double(plane.count))
                for index in plane.indices { plane[index] = (plane[index] - mean) * factor + mean + shift }
            }
        }
        blur.apply(to: &sample, generator: &generator)
        if noise > 0 {
            for index in sample.image.indices { sample.image[index] += Float(noise * generator.bell()) }
        }
    }

    private static func forEachChannel(of sample: inout PlaneSample, _ body: (inout ArraySlice<Float>) -> Void) {
        for start in stride(from: 0, to: sample.image.count, by: sample.size.count) {
            body(&sample.image[start..<start + sample.size.count])
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
