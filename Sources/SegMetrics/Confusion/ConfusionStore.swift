/// The confusion matrix of every image of an evaluation, from which all scores are derived.
///
/// A group (patient or video) has cases (volumes, slices, frames: a file each), a case has images (the planes of a volume, or the
/// one picture). Groups are what a study samples, so intervals and tests resample them.
public struct ConfusionStore: Sendable, Hashable {
    /// One image, or one slice of a volume.
    public struct Entry: Sendable, Hashable, Codable {
        /// The patient or video that the case belongs to; a case that belongs to none is a group of its own.
        public let group: String
        /// The file that the image is of.
        public let caseID: String
        /// The image within the evaluation.
        public let imageID: String
        /// The counts of its pixels.
        public let matrix: ConfusionMatrix

        enum CodingKeys: String, CodingKey {
            case group
            case caseID = "case"
            case imageID = "image"
            case matrix
        }
    }

    /// A matrix with the name of what it was counted on.
    public struct Unit: Sendable, Hashable {
        /// The group of patient or video.
        public let group: String
        /// The unit's own name.
        public let id: String
        /// The counts of its pixels.
        public fileprivate(set) var matrix: ConfusionMatrix
    }

    /// c: the classes of every matrix.
    public let classCount: Int
    /// In the order of `append`.
    public private(set) var entries: [Entry] = []

    /// A store without images.
    public init(classCount: Int) {
        self.classCount = classCount
    }

    /// Adds an image; a case is all images that name it and its group.
    ///
    /// - Precondition: the matrix is of the store's classes.
    public mutating func append(group: String, case caseID: String, image imageID: String, matrix: ConfusionMatrix) {
        precondition(matrix.classCount == classCount, "a matrix of \(matrix.classCount) classes in a store of \(classCount)")
        entries.append(Entry(group: group, caseID: caseID, imageID: imageID, matrix: matrix))
    }

    /// Adds the images of another store.
    ///
    /// - Precondition: both are of the same classes.
    public mutating func append(_ other: ConfusionStore) {
        precondition(other.classCount == classCount, "a store of \(other.classCount) classes in one of \(classCount)")
        entries += other.entries
    }

    /// The one matrix over all images: the paper's metrics come from it.
    public var dataset: ConfusionMatrix {
        entries.reduce(into: ConfusionMatrix(classCount: classCount)) { $0 += $1.matrix }
    }

    /// A matrix for each patient or video, in the order in which they first appear.
    public var groups: [Unit] { units(\.group) }

    /// A matrix for each case, in the order in which the cases first appear.
    public var cases: [Unit] { units(\.caseID) }

    /// A matrix for each image, in the order of `append`.
    public var images: [Unit] { entries.map { Unit(group: $0.group, id: $0.imageID, matrix: $0.matrix) } }

    private func units(_ id: KeyPath<Entry, String>) -> [Unit] {
        var units: [Unit] = []
        var places: [[String]: Int] = [:]
        for entry in entries {
            let name = [entry.group, entry[keyPath: id]]
            if let place = places[name] {
                units[place].matrix += entry.matrix
            } else {
                places[name] = units.count
                units.append(Unit(group: entry.group, id: entry[keyPath: id], matrix: entry.matrix))
            }
        }
        return units
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
