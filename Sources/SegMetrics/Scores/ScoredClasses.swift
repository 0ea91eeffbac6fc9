/// What an evaluation scores: the classes, whether the first of them is the background, and regions of several classes.
///
/// Each is a row, which `ScoreScope.one` names by its index: the classes in their order, then the regions that are no class.
/// A region's score is that of the union of its classes, as if one label held them all.
public struct ScoredClasses: Sendable, Hashable {
    /// Classes that are scored as one.
    public struct Region: Sendable, Hashable, Codable {
        public let name: String
        /// Indices of the classes.
        public let classes: [Int]

        public init(name: String, classes: [Int]) {
            self.name = name
            self.classes = classes
        }
    }

    /// The name of each class, the background's first where there is one.
    public let names: [String]
    /// Whether class 0 is the background; without one, means over the foreground go over all classes.
    public let hasBackground: Bool
    /// As they were stated; empty where the classes themselves are scored.
    public let regions: [Region]
    /// What is scored: every class, then each region that is no class of the same name.
    public let rows: [Region]
    /// The rows of the mean over the foreground: the regions, or without them the classes but the background.
    public let foreground: [Int]
    /// The rows of the mean over all: those of the foreground, and the background.
    public let all: [Int]

    /// - Precondition: regions of one class or more, each of these classes.
    public init(_ names: [String], hasBackground: Bool = true, regions: [Region] = []) {
        precondition(
            regions.allSatisfy { !$0.classes.isEmpty && $0.classes.allSatisfy(names.indices.contains) },
            "a region is of classes that there are")
        self.names = names
        self.hasBackground = hasBackground
        self.regions = regions
        var rows = names.enumerated().map { Region(name: $1, classes: [$0]) }
        rows += regions.filter { !rows.contains($0) }
        self.rows = rows
        let background = hasBackground ? Array(names.indices.prefix(1)) : []
        foreground =
            regions.isEmpty
            ? Array(names.indices.dropFirst(background.count)) : regions.compactMap { rows.firstIndex(of: $0) }
        all = background + foreground
    }

    public var rowNames: [String] { rows.map(\.name) }

    /// The classes of interest: all but the background.
    public var foregroundClasses: Range<Int> { (hasBackground ? min(1, names.count) : 0)..<names.count }

    /// The rows that are no background.
    public var rowsWithoutBackground: [Int] { Array(rows.indices.dropFirst(foregroundClasses.lowerBound)) }

    /// What the mean over the foreground goes over, for tables and captions: `foreground`, `regions` or `all classes`.
    public var foregroundWord: String { !regions.isEmpty ? "regions" : hasBackground ? "foreground" : "all classes" }

    /// The same within a sentence: `the foreground`, `the regions`, `all classes`.
    public var foregroundPhrase: String { regions.isEmpty && !hasBackground ? "all classes" : "the \(foregroundWord)" }

    /// The means that are different ones: without a background, that over all is that over the foreground.
    public var meanScopes: [ScoreScope] { hasBackground ? [.foreground, .all] : [.foreground] }

    /// What a mean goes over: `foregroundWord`, or `with background`.
    public func words(_ scope: ScoreScope) -> String {
        switch scope {
        case .one(let index): rows[index].name
        case .foreground: foregroundWord
        case .all: "with background"
        }
    }

    /// The head of a table's row: a class, a region, `mean of foreground`, `mean with background`.
    public func title(_ scope: ScoreScope) -> String {
        switch scope {
        case .one: words(scope)
        case .foreground: "mean of \(words(scope))"
        case .all: "mean \(words(scope))"
        }
    }

    /// Every row, then the means.
    public var scopes: [ScoreScope] { rows.indices.map(ScoreScope.one) + meanScopes }
}

/// The keys stand among those of what holds it; a file of a writer that knew no background but the first class has one.
extension ScoredClasses: Codable {
    enum CodingKeys: String, CodingKey {
        case names = "class_names"
        case hasBackground = "has_background"
        case regions
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let names = try container.decode([String].self, forKey: .names)
        let regions = try container.decodeIfPresent([Region].self, forKey: .regions) ?? []
        guard regions.allSatisfy({ !$0.classes.isEmpty && $0.classes.allSatisfy(names.indices.contains) }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .regions, in: container, debugDescription: "a region is of classes that there are")
        }
        self.init(
            names, hasBackground: try container.decodeIfPresent(Bool.self, forKey: .hasBackground) ?? true, regions: regions)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(names, forKey: .names)
        try container.encode(hasBackground, forKey: .hasBackground)
        if !regions.isEmpty { try container.encode(regions, forKey: .regions) }
    }
}
