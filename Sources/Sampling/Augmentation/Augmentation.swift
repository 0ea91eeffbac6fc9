import DataSets

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
    /// The exponent of ((x − min) / (max − min))^γ: γ = 2^u with u uniform in ± the number, for each sample; or powers one after
    /// another.
    public var gamma: Strength<[RandomGamma]>
    /// Added to all intensities: uniform in ± the number, in units of the normalised input. Or a factor for each channel.
    public var brightness: Strength<RandomFactor>
    /// Factor about each channel's mean: uniform in 1 ± the number. Or a factor for each channel that keeps it between its least and
    /// largest value.
    public var contrast: Strength<RandomFactor>
    /// Gaussian blur.
    public var blur: GaussianBlur
    /// A loss of resolution; nil: never.
    public var lowResolution: LowResolution?
    /// Standard deviation of the noise added to every value, in units of the normalised input; or noise of a random variance.
    public var noise: Strength<RandomNoise>

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
        colorJitter: ColorJitter = .none, gamma: Strength<[RandomGamma]> = 0, brightness: Strength<RandomFactor> = 0,
        contrast: Strength<RandomFactor> = 0, blur: GaussianBlur = .none, lowResolution: LowResolution? = nil,
        noise: Strength<RandomNoise> = 0
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
        ] {
            try SettingError.require("augmentation \(name)", value, in: 0...1)
        }
        switch contrast {
        case .always(let number): try SettingError.require("augmentation contrast", number, in: 0...1)
        case .random(let change): try change.validate("contrast")
        }
        switch gamma {
        case .always(let number): try Self.requireStrength(number, "gamma")
        case .random(let changes): for change in changes { try change.validate() }
        }
        switch brightness {
        case .always(let number): try Self.requireStrength(number, "brightness")
        case .random(let change): try change.validate("brightness")
        }
        switch noise {
        case .always(let number): try Self.requireStrength(number, "noise")
        case .random(let change): try change.validate()
        }
        try warp.validate()
        try colorJitter.validate()
        try blur.validate()
        try lowResolution?.validate()
    }

    private static func requireStrength(_ value: Double, _ name: String) throws {
        try SettingError.require(
            value >= 0 && value.isFinite, "augmentation \(name)", found: "\(value)", expected: "a finite number from 0")
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
}
