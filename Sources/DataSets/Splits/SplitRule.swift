import Foundation

/// What decides which case trains, validates and tests.
public enum SplitRule: Sendable, Hashable {
    /// The data set's own places; what it leaves open is split at random, the same for every run.
    case own
    /// The paper's, where it named one: for EndoVis by frames, which puts every video into every split.
    case paper
    /// A table: `file`, `split` and, where cases belong together, `group`. Its path starts at the data set's folder.
    case table(String)
    /// At random by groups; test cases that the layout keeps apart stay what they are, and a written table is not followed.
    case random(SeededSplit)
    /// k-fold by groups: one fold validates, the others train; test cases stay what they are, unless a fold tests.
    indirect case folds(FoldSplit)

    /// What the places that a data set leaves open are drawn with. A training's own seed draws weights and batches: runs of
    /// several seeds are compared on one split.
    public static let seedOfOpenCases: UInt64 = 1

    /// The data set, with every case in its place.
    ///
    /// - Parameters:
    ///   - seed: for what the data set leaves open.
    ///   - kept: the splits that a run began with, which stand; nil for a new run.
    ///   - isOwnData: whether these are the run's data, and no others that it is tried on.
    /// - Throws: `DataSetError`, among others `groupInTwoSplits`.
    public func dataSet(
        of listing: CaseListing, layout: LayoutName, classNames: [String], root: URL, seed: UInt64 = seedOfOpenCases,
        keeping kept: CaseSplits? = nil, isOwnData: Bool = true
    ) throws -> DataSet {
        // Splits are kept by name.
        try DataSet.requireOwnNames(listing.entries.map(\.dataCase), origin: listing.origin)
        let placement = try place(listing, root: root, seed: seed)
        var (splits, drawn) = (placement.splits, placement.drawn)
        var notes = placement.listing.notes + placement.notes
        if let kept {
            let known = notes.count
            splits = try kept.apply(
                to: splits, drawn: Set(splits.keys).subtracting(placement.stated), origin: placement.origin, isOwn: isOwnData,
                notes: &notes)
            if notes.count > known { drawn = [] }
        }
        notes = drawn + notes
        var cases: [Split: [DataCase]] = [:]
        for entry in placement.listing.entries {
            if let split = splits[entry.dataCase.id] { cases[split, default: []].append(entry.dataCase) }
        }
        return try DataSet(
            classNames: classNames, origin: placement.origin, cases: cases, layout: layout, notes: notes,
            mayShareGroups: placement.mayShareGroups)
    }

    /// What a rule makes of a listing.
    private struct Placement {
        var listing: CaseListing
        /// What decided: the listing's origin, or a table's path.
        var origin: String
        var splits: [String: Split]
        /// The cases whose places the data set states itself, in place of a draw.
        var stated: Set<String>
        /// What is to be said of a draw, unless it is not the one that stands.
        var drawn: [String] = []
        var notes: [String] = []
        var mayShareGroups = false

        init(_ listing: CaseListing, _ splits: [String: Split], stated: Set<String>) {
            (self.listing, origin, self.splits, self.stated) = (listing, listing.origin, splits, stated)
        }
    }

    private func place(_ listing: CaseListing, root: URL, seed: UInt64) throws -> Placement {
        switch self {
        case .own: try Self.own(listing, seed: seed)
        case .paper: try Self.paper(listing)
        case .table(let path):
            try Self.table(
                URL(filePath: path, relativeTo: root.appending(path: "", directoryHint: .isDirectory)), listing, root: root)
        case .random(let seeded): try Self.random(listing, seeded)
        case .folds(let folds): try Self.folds(folds, listing, root: root, seed: seed)
        }
    }

    private static func paper(_ listing: CaseListing) throws -> Placement {
        guard listing.entries.contains(where: { $0.paperSplit != nil }) else {
            throw DataSetError.noPaperSplit(origin: listing.origin, named: listing.paperNames)
        }
        let splits = fixed(listing) { $0.paperSplit }
        var placement = Placement(listing, splits, stated: Set(splits.keys))
        let unnamed = listing.entries.count { $0.paperSplit == nil }
        if unnamed > 0 {
            placement.notes.append(
                "the paper's split names \(listing.paperNames ?? "other cases"): \(unnamed) of \(listing.entries.count) "
                    + "cases are left out")
        }
        let homes = Dictionary(grouping: listing.entries.filter { splits[$0.dataCase.id] != nil }, by: \.dataCase.group)
        let shared = homes.filter { Set($0.value.map { splits[$0.dataCase.id] }).count > 1 }
        if !shared.isEmpty {
            placement.mayShareGroups = true
            placement.notes.append(
                "the paper's split puts frames of the same \(shared.count == 1 ? "video" : "\(shared.count) videos") into "
                    + "several splits: scores say little about a new video")
        }
        return placement
    }

    private static func table(_ file: URL, _ listing: CaseListing, root: URL) throws -> Placement {
        let table = try SplitFile(file)
        let rows = try SplitRows(table, ids: listing.entries.map(\.dataCase.id), folder: root.path)
        let splits = rows.places.compactMapValues { if case .split(let split) = $0 { split } else { nil } }
        var placement = Placement(listing.regrouped(rows.groups), splits, stated: Set(splits.keys))
        placement.origin = table.path
        return placement
    }

    /// The cases that do not test, or all where a fold tests, dealt to the folds.
    private static func folds(_ folds: FoldSplit, _ listing: CaseListing, root: URL, seed: UInt64) throws -> Placement {
        var placement: Placement
        if let rule = folds.of {
            placement = try rule.place(listing, root: root, seed: seed)
        } else {
            let splits = fixed(listing) { entry in
                entry.place == .leftOut ? nil : entry.place == .split(.test) ? .test : .train
            }
            placement = Placement(listing, splits, stated: Set(splits.keys))
        }
        let kept = folds.test == nil ? Set(placement.splits.filter { $0.value == .test }.keys) : []
        placement.stated.formIntersection(kept)
        let dealt = placement.listing.entries.filter { entry in
            placement.splits[entry.dataCase.id] != nil && !kept.contains(entry.dataCase.id)
        }
        let byGroup = try folds.assign(Set(dealt.map(\.dataCase.group)), origin: placement.origin)
        for entry in dealt { placement.splits[entry.dataCase.id] = byGroup[entry.dataCase.group] }
        return placement
    }

    /// All cases at random, but for test cases in a place of their own, such as `imagesTs`: those test, and no others do.
    private static func random(_ listing: CaseListing, _ seeded: SeededSplit) throws -> Placement {
        var drawn: [String] = []
        let used = listing.entries.filter { $0.place != .leftOut }
        let own = Set(used.filter { $0.place == .split(.test) }.map(\.dataCase.id))
        var seeded = seeded
        var kept: Set<String> = []
        if listing.isFinal, !own.isEmpty {
            drawn.append("\(own.count) test cases of \(listing.origin) take part in the random split")
        } else if own.count < used.count, !own.isEmpty {
            kept = own
            seeded.test = 0
            drawn.append(
                "the data set's own \(own.count) test case\(own.count == 1 ? "" : "s") test: the others are split at random")
        }
        let open = used.filter { !kept.contains($0.dataCase.id) }
        let byGroup = try seeded.assign(Set(open.map(\.dataCase.group)), origin: listing.origin)
        let splits = fixed(listing) { entry in
            entry.place == .leftOut ? nil : kept.contains(entry.dataCase.id) ? .test : byGroup[entry.dataCase.group]
        }
        var placement = Placement(listing, splits, stated: kept)
        placement.drawn = drawn
        return placement
    }

    private static func fixed(_ listing: CaseListing, _ split: (CaseListing.Entry) -> Split?) -> [String: Split] {
        Dictionary(listing.entries.compactMap { entry in split(entry).map { (entry.dataCase.id, $0) } }) { first, _ in first }
    }

    /// The data set's places. Cases left open are split at random; where none are and nothing validates, part of the training
    /// cases do, because the best checkpoint has to be chosen on something.
    private static func own(_ listing: CaseListing, seed: UInt64) throws -> Placement {
        var drawn: [String] = []
        var splits = fixed(listing) { if case .split(let split) = $0.place { split } else { nil } }
        let open = listing.entries.filter { $0.place == .open }
        let standard = SeededSplit(seed: seed)
        func draw(_ entries: [CaseListing.Entry], validation: Double, test: Double) throws {
            let rule = SeededSplit(seed: seed, validation: validation, test: test)
            let byGroup = try rule.assign(Set(entries.map(\.dataCase.group)), origin: listing.origin)
            for entry in entries { splits[entry.dataCase.id] = byGroup[entry.dataCase.group] }
        }
        if !open.isEmpty {
            let (hasTest, hasValidation) = (splits.values.contains(.test), splits.values.contains(.validation))
            try draw(open, validation: hasValidation ? 0 : standard.validation, test: hasTest ? 0 : standard.test)
            drawn.append("the data set names no split for \(open.count) cases: they were split at random, seed \(seed)")
        } else if !listing.isFinal, splits.values.contains(.train), !splits.values.contains(.validation) {
            let training = listing.entries.filter { splits[$0.dataCase.id] == .train }
            try draw(training, validation: standard.validation, test: 0)
            drawn.append("the data set names no validation split: part of the training cases validate, at random, seed \(seed)")
        }
        let stated = listing.entries.filter { $0.place == splits[$0.dataCase.id].map { .split($0) } }.map(\.dataCase.id)
        var placement = Placement(listing, splits, stated: Set(stated))
        placement.drawn = drawn
        return placement
    }
}

/// Written as `own`, `paper`, the name of a table, `{random: {validation: 0.15, test: 0.25, seed: 1}}`, or
/// `{folds: {count: 5, fold: 0, seed: 1}}`.
extension SplitRule: Codable {
    private enum Keys: String, CodingKey { case random, folds }

    private static let expected =
        "expected own, paper, a table such as split.csv, {random: {validation: …, test: …, seed: …}}, or {folds: {count: …, fold: …, seed: …}}"

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "own": self = .own
            case "paper": self = .paper
            case _ where word.lowercased().hasSuffix(".csv"): self = .table(word)
            default: throw decoder.mismatch(Self.expected)
            }
            return
        }
        guard let container = try? decoder.container(keyedBy: Keys.self) else { throw decoder.mismatch(Self.expected) }
        if let random = try container.decodeIfPresent(SeededSplit.self, forKey: .random) {
            self = .random(random)
        } else if let folds = try container.decodeIfPresent(FoldSplit.self, forKey: .folds) {
            self = .folds(folds)
        } else {
            throw decoder.mismatch(Self.expected)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .own, .paper, .table:
            var container = encoder.singleValueContainer()
            if case .table(let path) = self { try container.encode(path) } else { try container.encode("\(self)") }
        case .random(let split):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(split, forKey: .random)
        case .folds(let split):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(split, forKey: .folds)
        }
    }
}
