import DataSets

/// Everything that happens between a file and a network's input; it is stored with the weights, so that new scans are treated
/// as those of the training.
public struct Recipe: Sendable, Hashable, Codable {
    public var labels: LabelMap
    public var normalization: IntensityNormalization
    /// To which samples are resampled before they are fitted; nil keeps the files' own.
    public var spacing: GridSpacing?
    public var fit: GridFit
    /// The planes that volumes are cut into.
    public var plane: AnatomicalPlane
    public var labelGrid: LabelGrid
    /// What every plane is cropped to first; nil: nothing.
    public var crop: PixelBox?

    public init(
        labels: LabelMap, normalization: IntensityNormalization, spacing: GridSpacing? = nil, fit: GridFit,
        plane: AnatomicalPlane = .axial, labelGrid: LabelGrid = .own, crop: PixelBox? = nil
    ) {
        self.labels = labels
        self.normalization = normalization
        self.spacing = spacing
        self.fit = fit
        self.plane = plane
        self.labelGrid = labelGrid
        self.crop = crop
    }

    /// Whether planes depend on where a file says that its voxels lie.
    var needsGeometry: Bool { plane.isAnatomical || spacing != nil }

    /// 2 where the samples of a case are its planes, 3 where it is one sample as a whole.
    public var dimensions: Int { fit.size.dimensions }

    /// What the samples of a case are, in words.
    public var sampleWord: String { dimensions == 3 ? "volumes" : "planes" }

    /// - Throws: `SettingError` for a setting that cannot be meant.
    public func validate() throws {
        try normalization.validate()
        try spacing?.validate()
        try fit.validate()
        if let spacing {
            try SettingError.require(
                spacing.lengths.count == dimensions, "spacing", found: "\(spacing.lengths)",
                expected: dimensions == 3 ? "[planes, rows, columns], as of the size" : "[rows, columns], as of the size")
        }
    }
}
