import DurableFiles
import Foundation

/// The cases of a data set, by split.
public struct DataSet: Sendable, Equatable {
    /// Names of the classes 0…c−1; class 0 is the background.
    public let classNames: [String]
    /// Where the data set was found, for messages.
    public let origin: String
    /// How the files are arranged.
    public let layout: LayoutName
    /// What a reader of scores must know of the splits.
    public let notes: [String]
    private let casesBySplit: [Split: [DataCase]]

    /// - Parameter mayShareGroups: only where a protocol that does so was asked for by name.
    /// - Throws: `DataSetError.groupInTwoSplits`, because scores on a known patient tell nothing about a new one;
    ///   `DataSetError.sharedFile` and `.equalNames` for cases that are one.
    public init(
        classNames: [String], origin: String, cases: [Split: [DataCase]], layout: LayoutName = .folders, notes: [String] = [],
        mayShareGroups: Bool = false
    ) throws {
        let all = Split.allCases.flatMap { cases[$0] ?? [] }
        try Self.requireOwnNames(all, origin: origin)
        try Self.requireOwnFiles(all, origin: origin)
        var home: [String: Split] = [:]
        for split in Split.allCases where !mayShareGroups {
            for group in Set((cases[split] ?? []).map(\.group)).sorted() {
                if let other = home.updateValue(split, forKey: group) {
                    throw DataSetError.groupInTwoSplits(origin: origin, group: group, first: other, second: split)
                }
            }
        }
        self.classNames = classNames
        self.origin = origin
        self.layout = layout
        self.notes = notes
        casesBySplit = cases
    }

    /// Every case has files of its own. Links to a file are that file.
    private static func requireOwnFiles(_ cases: [DataCase], origin: String) throws {
        var owners: [String: (id: String, url: URL)] = [:]
        for dataCase in cases {
            for url in dataCase.files {
                if let owner = owners.updateValue((dataCase.id, url), forKey: FileSystem.resolvedPath(url)),
                    owner.id != dataCase.id
                {
                    let ids = [owner.id, dataCase.id].sortedAsCounted()
                    throw DataSetError.sharedFile(origin: origin, file: owner.url.path, first: ids[0], second: ids[1])
                }
            }
        }
    }

    /// Every case has a name of its own.
    static func requireOwnNames(_ cases: [DataCase], origin: String) throws {
        var byName: [String: DataCase] = [:]
        for dataCase in cases {
            if let other = byName.updateValue(dataCase, forKey: dataCase.id) {
                throw DataSetError.equalNames(
                    origin: origin, name: dataCase.id, first: other.image.path, second: dataCase.image.path)
            }
        }
    }

    /// Which case is where, for runs to keep.
    public var splits: CaseSplits { CaseSplits(casesBySplit) }

    /// Every image and label file of its cases.
    public var files: [URL] { casesBySplit.values.joined().flatMap(\.files) }

    /// The number of cases in a split, which may be none.
    public func count(of split: Split) -> Int {
        casesBySplit[split]?.count ?? 0
    }

    /// The cases of a split, in the order of their names.
    ///
    /// - Throws: `DataSetError.emptySplit` where there are none.
    public func cases(of split: Split) throws -> [DataCase] {
        guard let cases = casesBySplit[split], !cases.isEmpty else {
            throw DataSetError.emptySplit(origin: origin, split: split)
        }
        return cases
    }
}
