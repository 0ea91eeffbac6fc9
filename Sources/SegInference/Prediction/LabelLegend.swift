import MedicalImages
import SegConfiguration

/// What label files say of the classes: the values that stand for them, and in segmentation objects their names and codes.
struct LabelLegend: Sendable {
    /// What stands for each class in label files.
    let values: [Int]
    /// The classes as segments, the background left out.
    let segments: [DICOMSegment]
    /// The segment of each class, from 1; 0 for the background.
    let segmentNumbers: [UInt8]

    /// What made the labels.
    static let algorithm = (name: "marginseg", version: Version.current)

    init(_ data: DataConfiguration) {
        values = data.writtenValues
        let shown = data.hasBackground ? data.classes.dropFirst() : data.classes[...]
        segments = shown.map { DICOMSegment(label: $0.name, code: $0.code, value: $0.values[0]) }
        segmentNumbers = data.classes.indices.map { UInt8($0 + (data.hasBackground ? 0 : 1)) }
    }
}
