import DataSets
import Sampling

/// How a file becomes what the network sees.
public struct InputConfiguration: Sendable, Hashable {
    /// What of each image is used; nil: all of it.
    public var crop: InputCrop?
    public var normalization: IntensityNormalization
    /// To which planes are resampled, in mm; without it the files' own.
    public var spacing: GridSpacing?
    /// How images get there; nil for cubic convolution.
    public var resampling: SpacingResampling?
    public var fit: GridFit
    /// The planes that volumes are cut into.
    public var plane: AnatomicalPlane

    public init(
        crop: InputCrop?, normalization: IntensityNormalization, spacing: GridSpacing?, resampling: SpacingResampling?,
        fit: GridFit, plane: AnatomicalPlane
    ) {
        self.crop = crop
        self.normalization = normalization
        self.spacing = spacing
        self.resampling = resampling
        self.fit = fit
        self.plane = plane
    }

    /// What a network is shown, for messages.
    public var sampleWords: String { fit.size.dimensions == 3 ? "volumes" : plane.words }

    func validate() throws {
        try Self.check("normalization", normalization.validate)
        if let spacing { try Self.check("spacing", spacing.validate) }
        try Self.check("fit", fit.validate)
        if let spacing, (spacing.planes != nil) != (fit.size.dimensions == 3) {
            throw ConfigurationError(
                ["input", "spacing"],
                "expected \(fit.size.dimensions == 3 ? "[planes, rows, columns]" : "[rows, columns]"), as of input.fit, found "
                    + (spacing.planes == nil ? "[rows, columns]" : "[planes, rows, columns]"))
        }
        guard fit.size.lengths.allSatisfy({ $0 <= Self.largestSide }) else {
            throw ConfigurationError(
                ["input", "fit"], "expected \(Self.largestSide) of each at most, found \(fit.size)")
        }
    }

    private static func check(_ key: String, _ validate: () throws -> Void) throws {
        do {
            try validate()
        } catch let error as SettingError {
            throw ConfigurationError(["input", key], "expected \(error.expected), found \(error.found)")
        }
    }

    /// No memory holds larger planes, whose sizes in bytes could not be counted either.
    private static let largestSide = 1 << 16
}

extension InputConfiguration: Codable {
    private enum CodingKeys: String, CodingKey { case crop, normalization, spacing, resampling, fit, plane, axis }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        crop = try container.decodeIfPresent(InputCrop.self, forKey: .crop)
        normalization = try container.decode(IntensityNormalization.self, forKey: .normalization)
        spacing = try container.decodeIfPresent(GridSpacing.self, forKey: .spacing)
        resampling = try container.decodeIfPresent(SpacingResampling.self, forKey: .resampling)
        fit = try container.decode(GridFit.self, forKey: .fit)
        // Checkpoints of before there were anatomical planes name an axis of the file.
        if !container.contains(.plane), let axis = try container.decodeIfPresent(String.self, forKey: .axis) {
            plane = ["x": .fileX, "y": .fileY][axis] ?? .file
        } else {
            plane = try container.decode(AnatomicalPlane.self, forKey: .plane)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(crop, forKey: .crop)
        try container.encode(normalization, forKey: .normalization)
        try container.encodeIfPresent(spacing, forKey: .spacing)
        try container.encodeIfPresent(resampling, forKey: .resampling)
        try container.encode(fit, forKey: .fit)
        try container.encode(plane, forKey: .plane)
    }
}
