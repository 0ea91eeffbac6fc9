/// The rows of a table of splits, by the cases they name.
struct SplitRows {
    /// Where each case stands.
    let places: [String: CaseListing.Place]
    /// Where the table has a column of groups.
    let groups: [String: String]
    /// Names without a split, whether or not there are files for them.
    let leftOut: Set<String>

    /// A row names a case in full, or by the last part of its name where only one case has that.
    ///
    /// - Parameters:
    ///   - ids: the cases.
    ///   - folder: where they lie, for messages.
    ///   - alsoKnown: names whose images are missed elsewhere, with a better message.
    /// - Throws: `DataSetError` for rows without a case and cases without a row.
    init(_ table: SplitFile, ids: [String], folder: String, alsoKnown: [String] = []) throws {
        let known = Set(ids)
        let byStem = Dictionary(grouping: ids) { $0.split(separator: "/").last.map(String.init) ?? $0 }
        func id(of entry: SplitFile.Entry) -> String? {
            if known.contains(entry.name) { return entry.name }
            return byStem[entry.stem].flatMap { $0.count == 1 ? $0[0] : nil }
        }
        var places: [String: CaseListing.Place] = [:]
        var groups: [String: String] = [:]
        var absent: [String] = []
        let others = Set(alsoKnown)
        for entry in table.entries {
            guard let id = id(of: entry) else {
                if entry.split != nil, !others.contains(entry.name) { absent.append(entry.name) }
                continue
            }
            places[id] = entry.split.map { .split($0) } ?? .leftOut
            groups[id] = entry.group
        }
        guard absent.isEmpty else {
            throw DataSetError.missingOnDisk(splitFile: table.path, folder: folder, names: absent.sortedAsCounted())
        }
        let unnamed = known.subtracting(places.keys)
        guard unnamed.isEmpty else {
            throw DataSetError.missingInSplitFile(
                splitFile: table.path, folder: folder, names: unnamed.sortedAsCounted())
        }
        self.places = places
        self.groups = groups
        leftOut = Set(table.entries.filter { $0.split == nil }.map(\.name)).union(
            places.filter { $0.value == .leftOut }.keys)
    }
}
