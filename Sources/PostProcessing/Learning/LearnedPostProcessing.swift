import SegMetrics

/// What a search found on validation cases, with the numbers that decided.
public struct LearnedPostProcessing: Sendable, Hashable, Codable {
    /// A step that was tried on what the steps kept before it had left.
    public struct Trial: Sendable, Hashable, Codable {
        public let step: PostProcessingStep
        /// The score without the step.
        public let before: Double
        /// The score with it.
        public let after: Double
        /// Cases whose own score rises.
        public let improved: Int
        /// Cases whose own score falls.
        public let worsened: Int
        public let isKept: Bool

        enum CodingKeys: String, CodingKey {
            case step, before, after, improved, worsened
            case isKept = "kept"
        }
    }

    /// The steps that were kept, in the order in which they are applied.
    public let steps: PostProcessing
    /// What was to rise, of the foreground and the data set as one: `iou` or `dice`.
    public let score: Score
    /// By how much at least.
    public let tolerance: Double
    /// Validation cases, and the patients or videos that they are of.
    public let caseCount: Int
    public let groupCount: Int
    /// In the order of the search.
    public let trials: [Trial]

    enum CodingKeys: String, CodingKey {
        case steps, score, tolerance, trials
        case caseCount = "cases"
        case groupCount = "groups"
    }

    package init(
        steps: PostProcessing, score: Score, tolerance: Double, caseCount: Int, groupCount: Int, trials: [Trial]
    ) {
        self.steps = steps
        self.score = score
        self.tolerance = tolerance
        self.caseCount = caseCount
        self.groupCount = groupCount
        self.trials = trials
    }

    /// The score of the predictions as they are, and after all steps; nil where nothing was tried.
    public var scores: (before: Double, after: Double)? {
        trials.first.map { ($0.before, trials.last(where: \.isKept)?.after ?? $0.before) }
    }
}
