/// The confusion matrix of every image of an evaluation, from which all scores are derived.
public struct ConfusionStore: Sendable, Hashable {
    /// One image, or one slice of a volume.
    public struct Entry: Sendable, Hashable, Codable {
        /// The patient, video or volume that the image belongs to.
        public let caseID: String
        /// The image within the evaluation.
        public let imageID: String
        /// The counts of its pixels.
        public let matrix: ConfusionMatrix

        enum CodingKeys: String, CodingKey {
            case caseID = "case"
            case imageID = "image"
            case matrix
        }
    }

    /// c: the classes of every matrix.
    public let classCount: Int
    /// In the order of `append`.
    public private(set) var entries: [Entry] = []

    /// A store without images.
    public init(classCount: Int) {
        self.classCount = classCount
    }

    /// Adds an image; a case is all images that name it.
    ///
    /// - Precondition: the matrix is of the store's classes.
    public mutating func append(case caseID: String, image imageID: String, matrix: ConfusionMatrix) {
        precondition(matrix.classCount == classCount, "a matrix of \(matrix.classCount) classes in a store of \(classCount)")
        entries.append(Entry(caseID: caseID, imageID: imageID, matrix: matrix))
    }

    /// The one matrix over all images: the paper's metrics come from it.
    public var dataset: ConfusionMatrix {
        entries.reduce(into: ConfusionMatrix(classCount: classCount)) { $0 += $1.matrix }
    }

    /// A matrix for each case, in the order in which the cases first appear.
    public var cases: [(id: String, matrix: ConfusionMatrix)] {
        var order: [String] = []
        var matrices: [String: ConfusionMatrix] = [:]
        for entry in entries {
            if matrices[entry.caseID] == nil { order.append(entry.caseID) }
            matrices[entry.caseID, default: ConfusionMatrix(classCount: classCount)] += entry.matrix
        }
        return order.map { ($0, matrices[$0]!) }  // every id in `order` was given a matrix above
    }
}

extension ConfusionStore: Codable {
    enum CodingKeys: String, CodingKey {
        case classCount = "class_count"
        case entries
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        classCount = try container.decode(Int.self, forKey: .classCount)
        entries = try container.decode([Entry].self, forKey: .entries)
        guard (1...256).contains(classCount), entries.allSatisfy({ $0.matrix.classCount == classCount }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .entries, in: container, debugDescription: "every matrix has `class_count` rows, 1 to 256")
        }
    }
}
