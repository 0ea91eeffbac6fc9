import DurableFiles
import Foundation

/// What a segmentation object says of one of its segments.
public struct DICOMSegment: Sendable {
    /// A concept of a terminology, such as SCT 10200004, Liver.
    public struct Code: Sendable, Hashable, Codable {
        /// The terminology: `SCT` for SNOMED CT.
        public let scheme: String
        public let value: String
        public let meaning: String

        public init(scheme: String, value: String, meaning: String) {
            (self.scheme, self.value, self.meaning) = (scheme, value, meaning)
        }

        /// What every segment is, where nobody says more.
        static let tissue = Code(scheme: "SCT", value: "85756007", meaning: "Tissue")
        static let structure = Code(scheme: "SCT", value: "123037004", meaning: "Anatomical Structure")
    }

    /// Its name.
    public let label: String
    /// What it shows; nil: its name in no terminology.
    public let code: Code?
    /// What stands for it in label files, where that is not its number.
    public let value: Int?

    public init(label: String, code: Code?, value: Int? = nil) { (self.label, self.code, self.value) = (label, code, value) }
}

extension DICOMSegment {
    /// A segment's description: its value in label files, which the standard's numbers from 1 cannot say.
    static func description(ofValue value: Int) -> String { "label value \(value)" }

    /// The value that such a description states.
    static func value(of description: String) -> Int32? {
        guard description.hasPrefix("label value ") else { return nil }
        return Int32(description.dropFirst("label value ".count))
    }
}

/// How pixels of a segmentation object are stored.
public enum DICOMSegmentationType: String, Sendable, CaseIterable {
    /// A bit a pixel, segment by segment.
    case binary
    /// A byte a pixel: the segment's number. Part of the standard since 2024; programs of before do not read it.
    case labelMap
}

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
