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
    /// Of the smallest box that holds what is not 0 in some channel; the same where nothing is left out.
    let croppedExtent: Extent
    /// Along these axes in mm; nil where the file does not state it.
    public let spacing: [Double]?
    /// In which directions the axes of the file grow; nil where it does not say.
    let orientation: String?
    /// Whether the intensities are stored as bytes, as pictures are.
    public let isEightBit: Bool
    /// The least and largest finite intensity of each channel.
    let ranges: [ClosedRange<Float>]
    /// Label value → voxels.
    public let labels: [Int: Int]
    /// Label value → voxels in the outermost rows and columns of the planes.
    public let border: [Int: Int]
    /// A sample of the finite intensities of each channel where the label is not 0 (`ForegroundSample`).
    let foreground: [[Float]]
    /// Whether a label file is of a lossy format.
    public let areLabelsCompressed: Bool

    /// Over all channels.
    public var range: ClosedRange<Float> {
        (ranges.map(\.lowerBound).min() ?? 0)...(ranges.map(\.upperBound).max() ?? 0)
    }

    init(
        id: String = "", group: String = "", split: Split, extent: Extent, croppedExtent: Extent? = nil, spacing: [Double]? = nil,
        orientation: String? = nil, isEightBit: Bool = false, ranges: [ClosedRange<Float>], labels: [Int: Int],
        border: [Int: Int] = [:], foreground: [[Float]] = [], areLabelsCompressed: Bool = false
    ) {
        self.id = id
        self.group = group
        self.split = split
        self.extent = extent
        self.croppedExtent = croppedExtent ?? extent
        self.spacing = spacing
        self.orientation = orientation
        self.isEightBit = isEightBit
        self.ranges = ranges
        self.labels = labels
        self.border = border
        self.foreground = foreground
        self.areLabelsCompressed = areLabelsCompressed
    }
}

extension CaseSurvey {
    /// Reads the case.
    ///
    /// - Parameter sampleSize: intensities of each channel's foreground.
    /// - Throws: `CaseError` where channels, label and image do not go together; `ImageFileError`, `FileError`.
    init(of dataCase: DataCase, split: Split, sampleSize: Int) throws {
        let files = try dataCase.image.files.map { try ImageFile.read($0) }
        var extent = files[0].extent
        extent.channels = files.reduce(0) { $0 + $1.extent.channels }
        for (file, url) in zip(files, dataCase.image.files) where file.extent.sizes != extent.sizes {
            throw CaseError.channelSizes(
                path: url.path, extent: file.extent, first: dataCase.image.path, firstExtent: files[0].extent)
        }
        var counts: [Int: Int] = [:]
        var border: [Int: Int] = [:]
        var labelled: [Int] = []
        if let source = dataCase.label {
            let reading = try LabelReading(source, on: ImageGrid(extent, files[0].geometry, path: dataCase.image.path))
            // Sizes alone: where headers disagree, `inspect` and `train` tell.
            try LabelGrid.fromImage.require(
                reading.extent, reading.geometry, at: source.first.path, asOf: extent, files[0].geometry,
                dataCase.image.path)
            counts = reading.counts
            border = reading.borderCounts
            let inside = reading.values.indices.filter { reading.values[$0] != 0 }
            labelled = ForegroundSample.places(of: inside.count, wanted: sampleSize).map { inside[$0] }
        }
        let order = AnatomicalPlane.axial.order(of: extent, files[0].geometry)
        let axial = order.extent(of: extent)
        let box = GridBox(nonzeroOf: files)?.ordered(by: order, of: extent)
        var ranges: [ClosedRange<Float>] = []
        var foreground: [[Float]] = []
        for file in files {
            let values = file.realValues()
            for channel in 0..<file.extent.channels {
                let first = channel * extent.voxelCount
                ranges.append(Self.range(of: values[first..<first + extent.voxelCount]))
                foreground.append(labelled.compactMap { values[first + $0].isFinite ? values[first + $0] : nil })
            }
        }
        self.init(
            id: dataCase.id, group: dataCase.group, split: split, extent: axial,
            croppedExtent: box.map {
                Extent(width: $0.size.width, height: $0.size.height, depth: $0.size.depth, channels: extent.channels)
            },
            spacing: files[0].geometry.map { order.geometry(of: $0, extent: extent).spacing },
            orientation: files[0].geometry.flatMap { $0.source == .pixdim ? nil : $0.orientation },
            isEightBit: files.allSatisfy { if case .uint8 = $0.samples { $0.scaling.isIdentity } else { false } },
            ranges: ranges, labels: counts, border: border, foreground: foreground,
            areLabelsCompressed: dataCase.areLabelsCompressed)
    }

    private static func range(of values: ArraySlice<Float>) -> ClosedRange<Float> {
        var (low, high) = (Float.infinity, -Float.infinity)
        for value in values where value.isFinite {
            low = min(low, value)
            high = max(high, value)
        }
        return low <= high ? low...high : 0...0
    }
}
