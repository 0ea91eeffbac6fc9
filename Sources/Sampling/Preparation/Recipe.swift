import DataSets
import Foundation

/// Everything that happens between a file and a network's input; it is stored with the weights, so that new scans are treated
/// as those of the training.
public struct Recipe: Sendable, Hashable, Codable {
    public var labels: LabelMap
    public var normalization: IntensityNormalization
    /// To which samples are resampled before they are fitted; nil keeps the files' own.
    public var spacing: GridSpacing?
    /// How images get there; nil for cubic convolution.
    public var resampling: SpacingResampling?
    public var fit: GridFit
    /// The planes that volumes are cut into.
    public var plane: AnatomicalPlane
    public var labelGrid: LabelGrid
    /// What every image is cropped to first; nil: nothing.
    public var crop: InputCrop?

    public init(
        labels: LabelMap, normalization: IntensityNormalization, spacing: GridSpacing? = nil,
        resampling: SpacingResampling? = nil, fit: GridFit, plane: AnatomicalPlane = .axial, labelGrid: LabelGrid = .own,
        crop: InputCrop? = nil
    ) {
        self.labels = labels
        self.normalization = normalization
        self.spacing = spacing
        self.resampling = resampling
        self.fit = fit
        self.plane = plane
        self.labelGrid = labelGrid
        self.crop = crop
    }

    /// Whether planes depend on where a file says that its voxels lie.
    var needsGeometry: Bool { plane.isAnatomical || spacing != nil }

    /// Whether planes depend on the intensities of the whole image.
    var needsImage: Bool { crop == .nonzero }

    /// 2 where the samples of a case are its planes, 3 where it is one sample as a whole.
    public var dimensions: Int { fit.size.dimensions }

    /// The word for the samples of a case.
    public var sampleWord: String { dimensions == 3 ? "volumes" : "planes" }

    /// - Throws: `SettingError` for an invalid setting.
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

extension Recipe {
    /// A description of how training sees the images: every table of label counts states it, since other sizes have other counts.
    public func trainingView(_ selection: SampleSelection) -> String {
        func words(_ size: GridSize) -> String { size.lengths.map(String.init).joined(separator: "×") }
        let samples = (dimensions == 3 ? "volumes" : plane.words) + (selection == .foregroundOnly ? " with foreground" : "")
        let cut =
            switch crop {
            case .box(let box): ", of \(box.width)×\(box.height) pixels at \(box.x), \(box.y)"
            case .nonzero: ", of what is not 0"
            case nil: ""
            }
        let spaced = spacing.map { ", at " + $0.lengths.map { String(format: "%g", $0) }.joined(separator: " × ") + " mm" } ?? ""
        let fitted =
            switch fit {
            case .resize(let size, _): "resized to \(words(size))"
            case .pad(let size): "framed to \(words(size))"
            case .crop(let size, let foreground, let about, _):
                String(
                    format: "in random windows of \(words(size)), %g %% of them about "
                        + (about == .class ? "a class of the foreground" : "foreground") + "; means of a pass",
                    foreground * 100)
            }
        return "\(samples)\(cut)\(spaced), \(fitted)"
    }
}
