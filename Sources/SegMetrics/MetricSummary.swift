/// Every variant of the scores of one evaluation, each under a name that says what it is.
public struct MetricSummary: Sendable, Hashable, Codable {
    /// The name of each class; lists of scores are in their order.
    public let classNames: [String]
    /// How a class that is empty in truth and prediction counted.
    public let emptyRule: EmptyRule
    /// The pixels counted; ignored ones are not among them.
    public let pixels: Int
    /// From one matrix summed over the whole set: the paper's way.
    public let dataset: ScoreSet
    /// From a matrix for each case (patient, video, volume), averaged over the cases.
    public let perCaseMean: ScoreSet
    /// From a matrix for each image, averaged over the images.
    public let perImageMean: ScoreSet

    /// Derives every score from the store.
    ///
    /// - Precondition: a name for each class of the store.
    public init(_ store: ConfusionStore, classNames: [String], rule: EmptyRule = .one) {
        precondition(classNames.count == store.classCount, "\(classNames.count) names for \(store.classCount) classes")
        func scores(_ matrices: [ConfusionMatrix]) -> ScoreSet {
            ScoreSet(averaging: matrices, classCount: store.classCount, rule: rule)
        }
        let dataset = store.dataset
        self.classNames = classNames
        self.emptyRule = rule
        self.pixels = dataset.total
        self.dataset = scores([dataset])
        self.perCaseMean = scores(store.cases.map(\.matrix))
        self.perImageMean = scores(store.entries.map(\.matrix))
    }

    enum CodingKeys: String, CodingKey {
        case classNames = "class_names"
        case emptyRule = "empty_rule"
        case pixels, dataset
        case perCaseMean = "per_case_mean"
        case perImageMean = "per_image_mean"
    }
}
