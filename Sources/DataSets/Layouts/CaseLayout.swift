/// A data set in a layout that is known.
public protocol CaseLayout: Sendable {
    /// The cases with their files; no image is opened.
    ///
    /// - Throws: `DataSetError`, `LayoutError`, `FileError` for files that do not fit together.
    func list() throws -> CaseListing
}

/// The cases of a data set and where the data set itself puts them.
public struct CaseListing: Sendable {
    /// A case with its place.
    public struct Entry: Sendable, Hashable {
        public let dataCase: DataCase
        public let place: Place
        /// The split of the paper's protocol, where it is another than the data set's own.
        public var paperSplit: Split?
    }

    /// Where the data set puts a case.
    public enum Place: Sendable, Hashable {
        case split(Split)
        /// It does not say.
        case open
        /// In none of the splits.
        case leftOut
    }

    /// What decides the places, for messages.
    public let origin: String
    /// In counted order of the names.
    public let entries: [Entry]
    /// What a reader of scores must know.
    public let notes: [String]
    /// Whether a table states the places, so that none is added.
    public let isFinal: Bool
    /// The cases that the paper's protocol names, for messages; nil where it names all, or none.
    public let paperNames: String?

    init(
        origin: String, entries: [Entry], notes: [String] = [], isFinal: Bool = false, paperNames: String? = nil
    ) {
        self.origin = origin
        self.isFinal = isFinal
        self.paperNames = paperNames
        self.entries = entries.sortedAsCounted(by: \.dataCase.id)
        self.notes = notes
    }
}

extension CaseListing {
    /// The same cases with other groups, where a table names them.
    func regrouped(_ groups: [String: String]) -> CaseListing {
        CaseListing(
            origin: origin,
            entries: entries.map { entry in
                let old = entry.dataCase
                let new = DataCase(id: old.id, group: groups[old.id] ?? old.group, image: old.image, label: old.label)
                return Entry(dataCase: new, place: entry.place, paperSplit: entry.paperSplit)
            }, notes: notes, isFinal: isFinal, paperNames: paperNames)
    }
}
