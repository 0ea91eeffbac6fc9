/// Which cases a run trains, validates and tests with, by name: what its checkpoints keep of the data set.
///
/// A random split changes when a case is added or removed, and then cases which trained a model would be
/// scored as if they had not. So the names that were drawn once are kept.
public struct CaseSplits: Sendable, Hashable, Codable {
    public let train: [String]
    public let validation: [String]
    public let test: [String]

    init(_ cases: [Split: [DataCase]]) {
        func names(_ split: Split) -> [String] { (cases[split] ?? []).map(\.id) }
        (train, validation, test) = (names(.train), names(.validation), names(.test))
    }

    /// The names of a split's cases.
    public subscript(split: Split) -> [String] {
        switch split {
        case .train: train
        case .validation: validation
        case .test: test
        }
    }

    /// The split of each case.
    var byName: [String: Split] {
        var places: [String: Split] = [:]
        for split in Split.allCases { for name in self[split] { places[name] = split } }
        return places
    }

    /// The splits of cases that a rule has put into theirs: known ones stay where they were, new ones go where the data set
    /// states it, and where they would be drawn they take no part.
    ///
    /// Data that hold none of the known cases are other data, which the rule alone splits.
    ///
    /// - Parameters:
    ///   - splits: as the rule has them.
    ///   - drawn: the cases among them whose splits come from a draw.
    ///   - isOwn: whether these are the run's own data, which cannot be others.
    ///   - notes: gets a line for each kind of difference.
    /// - Throws: `DataSetError.renamed` where the run's own data hold none of its cases.
    func apply(
        to splits: [String: Split], drawn: Set<String>, origin: String, isOwn: Bool, notes: inout [String]
    ) throws -> [String: Split] {
        let known = byName
        guard splits.keys.contains(where: { known[$0] != nil }) else {
            guard !isOwn else { throw DataSetError.renamed(origin: origin, known: known.keys.sortedAsCounted()) }
            notes.append("none of the cases that the model knows by name is in \(origin): it is split as data.split says")
            return splits
        }
        var kept: [String: Split] = [:]
        var (moved, new): ([String], [String]) = ([], [])
        for (name, split) in splits {
            if let place = known[name] {
                kept[name] = place
                if place != split, !drawn.contains(name) { moved.append(name) }
            } else if drawn.contains(name) {
                new.append(name)
            } else {
                kept[name] = split
            }
        }
        let gone = known.keys.filter { splits[$0] == nil }
        for (names, words) in [
            (moved, "in the splits that the run began with, where the data set says otherwise now"),
            (new, "left out, because they came after the run had drawn its splits"), (gone, "of the run not there any more"),
        ] where !names.isEmpty {
            let listed = names.sortedAsCounted()
            let shown = listed.prefix(5).map { name in known[name].map { "\(name) (\($0.rawValue))" } ?? name }
            notes.append(
                "\(names.count) case\(names.count == 1 ? "" : "s") \(words): \(shown.joined(separator: ", "))"
                    + (listed.count > shown.count ? ", …" : ""))
        }
        return kept
    }
}
