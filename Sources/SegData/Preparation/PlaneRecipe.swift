/// Everything that happens between a file and a network's input; it is stored with the weights, so that new scans are treated
/// as those of the training.
public struct PlaneRecipe: Sendable, Hashable, Codable {
    public var labels: LabelMap
    public var normalization: IntensityNormalization
    /// To which planes are resampled before they are fitted; nil keeps the files' own.
    public var spacing: PlaneSpacing?
    public var fit: PlaneFit
    /// The planes that volumes are cut into.
    public var plane: AnatomicalPlane
    public var labelGrid: LabelGrid
    /// What every plane is cropped to first; nil: nothing.
    public var crop: PixelBox?

    /// Where a label's voxels lie.
    public enum LabelGrid: String, Sendable, Codable, CaseIterable {
        /// Where its own header says, which must agree with the image's.
        case own
        /// Where the image's voxels lie: for data sets whose label headers are known to be wrong.
        case fromImage
    }

    public init(
        labels: LabelMap, normalization: IntensityNormalization, spacing: PlaneSpacing? = nil, fit: PlaneFit,
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

    /// - Throws: `SettingError` for a setting that cannot be meant.
    public func validate() throws {
        try normalization.validate()
        try spacing?.validate()
        try fit.validate()
        try SettingError.require(
            fit.size.height > 0 && fit.size.width > 0, "plane size", found: "\(fit.size)", expected: "at least 1×1")
    }
}
