import DataSets
import Foundation
import MedicalImages
import Sampling

/// What the files of one case hold, before anybody has said what it means.
public struct CaseSurvey: Sendable, Hashable {
    public let id: String
    /// The patient or video.
    public let group: String
    public internal(set) var split: Split
    /// With the axes of axial planes and the channels of all files.
    public let extent: Extent
    /// Along these axes in mm; nil where the file does not state it.
    public let spacing: [Double]?
    /// Whether the intensities are stored as bytes, as pictures are.
    public let isEightBit: Bool
    /// The least and largest finite intensity.
    public let range: ClosedRange<Float>
    /// Label value → voxels.
    public let labels: [Int: Int]
    /// Label value → voxels in the outermost rows and columns of the planes.
    public let border: [Int: Int]
    /// Some finite intensities of the first channel where the label is not 0, at even distances.
    public let foreground: [Float]
    /// Whether a label file is of a lossy format.
    public let areLabelsCompressed: Bool

    init(
        id: String = "", group: String = "", split: Split, extent: Extent, spacing: [Double]? = nil, isEightBit: Bool = false,
        range: ClosedRange<Float>,
        labels: [Int: Int], border: [Int: Int] = [:], foreground: [Float] = [], areLabelsCompressed: Bool = false
    ) {
        self.id = id
        self.group = group
        self.split = split
        self.extent = extent
        self.spacing = spacing
        self.isEightBit = isEightBit
        self.range = range
        self.labels = labels
        self.border = border
        self.foreground = foreground
        self.areLabelsCompressed = areLabelsCompressed
    }
}

extension CaseSurvey {
    /// Enough for percentiles, little enough for thousands of cases.
    private static let mostForeground = 2000

    /// Reads the case.
    ///
    /// - Throws: `CaseError` where channels, label and image do not go together; `ImageFileError`, `FileError`.
    init(of dataCase: DataCase, split: Split) throws {
        let files = try dataCase.image.files.map { try ImageFile.read($0) }
        var extent = files[0].extent
        extent.channels = files.reduce(0) { $0 + $1.extent.channels }
        let values = files[0].realValues()
        var counts: [Int: Int] = [:]
        var border: [Int: Int] = [:]
        var foreground: [Float] = []
        if let source = dataCase.label {
            let reading = try LabelReading(source)
            // Sizes alone: where headers disagree, `inspect` and `train` tell.
            try LabelGrid.fromImage.require(
                reading.extent, reading.geometry, at: source.first.path, asOf: extent, files[0].geometry,
                dataCase.image.path)
            (counts, foreground) = Self.count(reading.values, values)
            border = reading.borderCounts
        }
        let order = AnatomicalPlane.axial.order(of: extent, files[0].geometry)
        var range: ClosedRange<Float>?
        for file in files {
            for value in file.realValues() where value.isFinite {
                range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
            }
        }
        self.init(
            id: dataCase.id, group: dataCase.group, split: split, extent: order.extent(of: extent),
            spacing: files[0].geometry.map { order.geometry(of: $0, extent: extent).spacing },
            isEightBit: files.allSatisfy { if case .uint8 = $0.samples { $0.scaling.isIdentity } else { false } },
            range: range ?? 0...0, labels: counts, border: border, foreground: foreground,
            areLabelsCompressed: dataCase.areLabelsCompressed)
    }

    /// Label values, counted, and a sample of the intensities under those other than 0.
    private static func count(_ labels: some Collection<Int32>, _ values: [Float]) -> ([Int: Int], [Float]) {
        var counts: [Int32: Int] = [:]
        // Label maps are long runs of one value: the table is asked once a run.
        var run: (value: Int32, length: Int) = (0, 0)
        for value in labels {
            if value == run.value {
                run.length += 1
            } else {
                if run.length > 0 { counts[run.value, default: 0] += run.length }
                run = (value, 1)
            }
        }
        if run.length > 0 { counts[run.value, default: 0] += run.length }
        let inside = labels.count - (counts[0] ?? 0)
        let step = max(1, inside / mostForeground)
        var foreground: [Float] = []
        var place = 0
        for (label, value) in zip(labels, values) where label != 0 {
            if place % step == 0, value.isFinite { foreground.append(value) }
            place += 1
        }
        return (Dictionary(uniqueKeysWithValues: counts.map { (Int($0.key), $0.value) }), foreground)
    }
}
