import DurableFiles
import Foundation

extension DICOMSource {
    /// Writes labels as a segmentation object that refers to this series: patient, study and frame of reference are the series'
    /// own, and frames without a pixel are left out.
    ///
    /// - Parameters:
    ///   - labels: `[depth, height, width]` on the series' grid: 0 for none, else a segment's number, from 1.
    ///   - segments: in the order of their numbers.
    ///   - algorithm: what made them, such as a program and its version.
    ///   - url: of the file, which appears whole or not at all.
    /// - Throws: `ImageFileError` where a file of the series cannot be read again or lacks what every object refers to; `FileError`.
    /// - Precondition: as many labels as the grid has voxels, at most 255 segments.
    public func writeSegmentation(
        _ labels: [UInt8], segments: [DICOMSegment], algorithm: (name: String, version: String),
        as type: DICOMSegmentationType = .binary, to url: URL
    ) throws {
        precondition(labels.count == volume.extent.voxelCount, "as many labels as voxels")
        let frames = SegmentationFrames(labels, of: volume.extent, as: type)
        try SegmentationObject(volume, frames, segments: segments, algorithm: algorithm, for: url).write()
    }

    /// Writes the probabilities of segments as a fractional object: a byte a pixel, 255 for certain.
    ///
    /// - Parameters:
    ///   - probability: gives those of the segment of a number, from 1, `[depth, height, width]` from 0 to 1; asked for one after
    ///     another.
    /// - Throws: as above; `ImageFileError` for more bytes than a file of DICOM holds; what `probability` throws.
    package func writeProbabilities(
        segments: [DICOMSegment], algorithm: (name: String, version: String), to url: URL,
        _ probability: (_ segment: Int) throws -> [Float]
    ) throws {
        let frames = try SegmentationFrames(probabilitiesOf: segments.count, on: volume.extent, for: url, probability)
        try SegmentationObject(volume, frames, segments: segments, algorithm: algorithm, for: url).write()
    }
}
