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
