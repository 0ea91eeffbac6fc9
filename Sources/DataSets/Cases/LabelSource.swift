import Foundation

/// The files that hold the labels of a case: one with all classes, or several masks that are laid over each other.
public struct LabelSource: Sendable, Hashable {
    /// One file of the labels.
    public struct Layer: Sendable, Hashable {
        public let url: URL
        /// The value that every pixel other than 0 stands for; nil: the file's own values.
        public let value: Int?

        public init(_ url: URL, value: Int? = nil) {
            self.url = url
            self.value = value
        }
    }

    /// From the first to the last.
    public let layers: [Layer]
    /// What holds where two layers have different values other than 0.
    public let overlap: OverlapRule

    /// - Precondition: at least one layer.
    public init(_ layers: [Layer], overlap: OverlapRule) {
        precondition(!layers.isEmpty, "labels have a file")
        self.layers = layers
        self.overlap = overlap
    }

    /// Labels in one file.
    public init(file: URL) {
        self.init([Layer(file)], overlap: .ignore)
    }

    /// Masks of objects of one class: a pixel of any of them has value 1.
    public init(union masks: [URL]) {
        self.init(masks.map { Layer($0, value: 1) }, overlap: .ignore)
    }

    /// The first file, for messages.
    public var first: URL { layers[0].url }
}

/// The value of a pixel that several masks claim with different values.
public enum OverlapRule: Sendable, Hashable {
    /// Ignored in training and scores: it is unknown which mask is in front.
    case ignore
    /// The sum of the values, as the paper's authors have it: 10 and 20 become 30.
    case sum
    /// The value that stands first here; those that do not stand here come last, the smallest of them first.
    case priority([Int])
}

/// Written as `ignore`, `sum`, or the list of values from the first in front.
extension OverlapRule: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let values = try? container.decode([Int].self), !values.isEmpty {
            self = .priority(values)
            return
        }
        switch try? container.decode(String.self) {
        case "ignore": self = .ignore
        case "sum": self = .sum
        default:
            throw decoder.mismatch("expected ignore, sum, or a list of label values, the one in front first")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .ignore: try container.encode("ignore")
        case .sum: try container.encode("sum")
        case .priority(let values): try container.encode(values)
        }
    }
}

/// Where a label's voxels lie.
public enum LabelGrid: String, Sendable, Codable, CaseIterable {
    /// Where its own header says, which must agree with the image's.
    case own
    /// Where the image's voxels lie: for data sets whose label headers are known to be wrong.
    case fromImage
}
