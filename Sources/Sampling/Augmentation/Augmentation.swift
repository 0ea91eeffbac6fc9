import DataSets
import Foundation
import Randomness

/// Random changes of training samples: spatial ones, of image and labels together, and changes of the intensities.
///
/// Applied in the order of the properties. Each strength of 0 leaves the sample as it is, bit for bit.
public struct Augmentation: Sendable, Hashable, Codable {
    /// Probability of a mirror image, left and right exchanged.
    public var horizontalFlip: Double
    /// Probability of exchanging top and bottom.
    public var verticalFlip: Double
    /// Probability of exchanging front and back of a volume; nil: never.
    public var depthFlip: Double?
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
    /// A loss of resolution; nil: never.
    public var lowResolution: LowResolution?
    /// Standard deviation of the noise added to every value, in units of the normalised input.
    public var noise: Double

    enum CodingKeys: String, CodingKey {
        case warp, gamma, brightness, contrast, blur, noise
        case horizontalFlip = "horizontal_flip"
        case verticalFlip = "vertical_flip"
        case depthFlip = "depth_flip"
        case colorJitter = "color_jitter"
        case lowResolution = "low_resolution"
    }

    /// Samples as they are.
    public static let none = Augmentation()

    /// What is not given changes nothing.
    public init(
        horizontalFlip: Double = 0, verticalFlip: Double = 0, depthFlip: Double? = nil, warp: Warp = .none,
        colorJitter: ColorJitter = .none, gamma: Double = 0, brightness: Double = 0, contrast: Double = 0,
        blur: GaussianBlur = .none, lowResolution: LowResolution? = nil, noise: Double = 0
    ) {
        self.horizontalFlip = horizontalFlip
        self.verticalFlip = verticalFlip
        self.depthFlip = depthFlip
        self.warp = warp
        self.colorJitter = colorJitter
        self.gamma = gamma
        self.brightness = brightness
        self.contrast = contrast
        self.blur = blur
        self.lowResolution = lowResolution
        self.noise = noise
    }

    /// - Throws: `SettingError` for probabilities outside 0…1, negative strengths or a contrast that inverts.
    public func validate() throws {
        for (name, value) in [
            ("horizontal_flip", horizontalFlip), ("vertical_flip", verticalFlip), ("depth_flip", depthFlip ?? 0),
            ("contrast", contrast),
        ] {
            try SettingError.require("augmentation \(name)", value, in: 0...1)
        }
        for (name, value) in [("gamma", gamma), ("brightness", brightness), ("noise", noise)] {
            try SettingError.require(
                value >= 0 && value.isFinite, "augmentation \(name)", found: "\(value)", expected: "a finite number from 0")
        }
        try warp.validate()
        try colorJitter.validate()
        try blur.validate()
        try lowResolution?.validate()
    }

    /// - Throws: `SettingError` for a colour jitter of images that are not red, green and blue, or whose file's intensities
    ///   cannot be recovered from the normalised ones; for a flip of an axis that samples do not have.
    public func check(channels: Int, dimensions: Int = 2, normalization: IntensityNormalization) throws {
        try SettingError.require(
            depthFlip == nil || dimensions == 3, "augmentation depth_flip", found: "planes",
            expected: "volumes, which networks of 3 dimensions see; planes have no depth")
        guard colorJitter != .none else { return }
        try SettingError.require(
            channels == 3, "augmentation color_jitter", found: "images of \(channels) channel\(channels == 1 ? "" : "s")",
            expected: "3, red, green and blue; for others use brightness, contrast and gamma")
        try SettingError.require(
            (0..<channels).allSatisfy { normalization.unitLine(channel: $0) != nil }, "augmentation color_jitter",
            found: "normalization by each image's own values",
            expected: "imagenet, range or window, from which the picture's colours can be recovered")
    }

    /// Changes a sample.
    ///
    /// - Precondition: `check` passed for its channels and `normalization`.
    func apply(to sample: inout Sample, normalization: IntensityNormalization, generator: inout SeededGenerator) {
        let size = sample.size
        func flip(_ length: Int, step: Int) {
            Self.flip(&sample.image, length, step: step)
            Self.flip(&sample.labels, length, step: step)
        }
        if generator.chance(horizontalFlip) { flip(size.width, step: 1) }
        if generator.chance(verticalFlip) { flip(size.height, step: size.width) }
        if let depthFlip, generator.chance(depthFlip) { flip(size.depth, step: size.planeCount) }
        warp.apply(to: &sample, generator: &generator)
        colorJitter.apply(to: &sample, normalization: normalization, generator: &generator)
        if gamma > 0 {
            let exponent = Float(exp2(generator.uniform(-gamma, gamma)))
            sample.changeChannels { Self.raised($0, to: exponent) }
        }
        if brightness > 0 || contrast > 0 {
            let shift = Float(generator.uniform(-brightness, brightness))
            let factor = Float(generator.uniform(1 - contrast, 1 + contrast))
            sample.changeChannels { values in
                let mean = Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
                return values.map { ($0 - mean) * factor + mean + shift }
            }
        }
        blur.apply(to: &sample, generator: &generator)
        lowResolution?.apply(to: &sample, generator: &generator)
        if noise > 0 {
            for index in sample.image.indices { sample.image[index] += Float(noise * generator.bell()) }
        }
    }

    /// min + (max − min) · ((x − min) / (max − min))^γ: the darkest and the brightest value stay as they are.
    static func raised(_ values: [Float], to exponent: Float) -> [Float] {
        guard let low = values.min(), let high = values.max(), high > low else { return values }
        return values.map { low + (high - low) * powf(($0 - low) / (high - low), exponent) }
    }

    /// Reverses the order of `length` slices, each of `step` values, wherever they follow each other.
    private static func flip<Value>(_ values: inout [Value], _ length: Int, step: Int) {
        for start in stride(from: 0, to: values.count, by: length * step) {
            for slice in 0..<length / 2 {
                let (near, far) = (start + slice * step, start + (length - 1 - slice) * step)
                for place in 0..<step { values.swapAt(near + place, far + place) }
            }
        }
    }
}
