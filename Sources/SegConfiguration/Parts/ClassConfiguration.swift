import MedicalImages
import Sampling

/// A class and the values that stand for it in label files; predictions are written with the first. Of a region, all values
/// of its classes.
public struct ClassConfiguration: Sendable, Hashable, Codable {
    public var name: String
    /// The values as they are written: one by one, or as ranges.
    public var ranges: [LabelRange]
    /// What it is in a terminology, for segmentation objects of DICOM; nil: nothing is said.
    public var code: DICOMSegment.Code?

    enum CodingKeys: String, CodingKey {
        case name, code
        case ranges = "values"
    }

    public init(name: String, ranges: [LabelRange], code: DICOMSegment.Code? = nil) {
        self.name = name
        self.ranges = ranges
        self.code = code
    }

    public init(name: String, values: [Int]) { self.init(name: name, ranges: values.map(LabelRange.init)) }

    /// Why the code cannot stand in a segmentation object; nil where it can, or where there is none.
    var problemOfCode: String? {
        guard let code else { return nil }
        let parts = [("scheme", code.scheme, 16), ("value", code.value, 16), ("meaning", code.meaning, 64)]
        let wrong = parts.first { _, text, most in
            text.isEmpty || text.count > most || !text.allSatisfy { $0.isASCII && $0 >= " " && $0 != "\\" }
        }
        return wrong.map { "its \($0.0) '\($0.1)'; expected 1 to \($0.2) letters, digits and signs of ASCII but \\" }
    }

    /// All values, in the order in which they are written.
    public var values: [Int] { ranges.flatMap(\.bounds) }

    /// The values as they are written, with commas between them.
    public var valuesInWords: String { ranges.map(\.description).joined(separator: ", ") }
}

extension ClassConfiguration {
    /// The names of classes that have none of their own, the same everywhere: `background`, `foreground` where there is
    /// one class beside it, else `class_` and the value.
    ///
    /// - Parameters:
    ///   - values: one of each class.
    ///   - background: the value of the background; nil where there is none.
    public static func names(ofUnnamed values: [Int], background: Int?) -> [String] {
        let isOneOther = background != nil && values.count { $0 != background } == 1
        return values.map { $0 == background ? "background" : isOneOther ? "foreground" : "class_\($0)" }
    }
}
