/// Every variant of the scores of one evaluation, each under a name that says what it is.
public struct MetricSummary: Sendable, Hashable, Codable {
    /// What is scored; lists of scores are in the order of its rows.
    public let classes: ScoredClasses
    /// How a class that is empty in truth and prediction counted.
    public let emptyRule: EmptyRule
    /// The pixels counted; ignored ones are not among them.
    public let pixels: Int
    /// From one matrix summed over the whole set: the paper's way.
    public let dataset: ScoreSet
    /// From a matrix for each group (patient or video), averaged over the groups.
    public let perGroupMean: ScoreSet
    /// From a matrix for each case (a file: volume, slice or frame), averaged over the cases.
    public let perCaseMean: ScoreSet
    /// From a matrix for each image (a plane of a volume, or the picture), averaged over the images.
    public let perImageMean: ScoreSet

    /// Derives every score from the store.
    ///
    /// - Precondition: the store is of these classes.
    public init(_ store: ConfusionStore, classes: ScoredClasses, rule: EmptyRule = .one) {
        precondition(classes.names.count == store.classCount, "\(classes.names.count) names for \(store.classCount) classes")
        func scores(_ matrices: [ConfusionMatrix]) -> ScoreSet {
            ScoreSet(averaging: matrices, of: classes, rule: rule)
        }
        let dataset = store.dataset
        self.classes = classes
        self.emptyRule = rule
        self.pixels = dataset.total
        self.dataset = scores([dataset])
        self.perGroupMean = scores(store.groups.map(\.matrix))
        self.perCaseMean = scores(store.cases.map(\.matrix))
        self.perImageMean = scores(store.entries.map(\.matrix))
    }

    /// The scores of a level.
    public subscript(level: ScoreLevel) -> ScoreSet {
        switch level {
        case .dataset: dataset
        case .perGroup: perGroupMean
        case .perCase: perCaseMean
        case .perImage: perImageMean
        }
    }

    /// The number that a name stands for; nil where it is not defined, and for fine-grained scores, which are estimates.
    public subscript(name: ScoreName) -> Double? { self[name.level].value(name.score, name.scope) }

    /// Where a writer knew no groups, each case was its own.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        classes = try ScoredClasses(from: decoder)
        emptyRule = try container.decode(EmptyRule.self, forKey: .emptyRule)
        pixels = try container.decode(Int.self, forKey: .pixels)
        dataset = try container.decode(ScoreSet.self, forKey: .dataset)
        perCaseMean = try container.decode(ScoreSet.self, forKey: .perCaseMean)
        perGroupMean = try container.decodeIfPresent(ScoreSet.self, forKey: .perGroupMean) ?? perCaseMean
        perImageMean = try container.decode(ScoreSet.self, forKey: .perImageMean)
    }

    public func encode(to encoder: any Encoder) throws {
        try classes.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(emptyRule, forKey: .emptyRule)
        try container.encode(pixels, forKey: .pixels)
        try container.encode(dataset, forKey: .dataset)
        try container.encode(perGroupMean, forKey: .perGroupMean)
        try container.encode(perCaseMean, forKey: .perCaseMean)
        try container.encode(perImageMean, forKey: .perImageMean)
    }

    enum CodingKeys: String, CodingKey {
        case emptyRule = "empty_rule"
        case pixels, dataset
        case perGroupMean = "per_group_mean"
        case perCaseMean = "per_case_mean"
        case perImageMean = "per_image_mean"
    }
}
