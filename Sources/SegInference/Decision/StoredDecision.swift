import PostProcessing
import SegMetrics

/// What `marginseg calibrate` found for a model's scores: the content of `decision.json`.
public struct StoredDecision: Sendable, Hashable, Codable {
    /// Raised when a reader of the old form could not read the new one.
    public static let currentFormat = 1

    /// One of the decisions, as it was tried.
    public struct Trial: Sendable, Hashable, Codable {
        public let decision: DecisionName
        /// Added to the scores; nil for decisions that are no offsets, and where the row of a score has none.
        public let offsets: [Double]?
        /// The metric on the cases that the decision was found on; nil for a decision that is not defined there.
        public let value: Double?
        /// The metric less that of argmax, each case decided by what was found on the cases of other groups; nil for argmax, and
        /// where there is one group only.
        public let gain: Double?
        /// The 95 % interval of the gain, resampled over groups; nil where it cannot be determined.
        public let interval: Bootstrap.Estimate.Interval?
    }

    /// Post-processing of the label maps of one decision.
    public struct PostProcessed: Sendable, Hashable, Codable {
        public let decision: DecisionName
        public let learned: LearnedPostProcessing
    }

    public let format: Int
    /// Name and version of the program that made it.
    public let program: String
    /// The checksums of the checkpoints whose scores were averaged, sorted: it is theirs alone.
    public let weights: [String]
    /// How the scores were made, as `SegmentationModel.way` says it; nil for one network on whole inputs.
    public let inference: String?
    /// What it was found on: a split, or the validation splits of folds, each by the model that has not seen it.
    public let reference: String
    public let classNames: [String]
    /// What the offsets maximise, by its name in writing.
    public let metric: String
    /// To be added to the scores; nil where none gain, so that the largest score decides.
    public let offsets: [Double]?
    /// The IoU of each row of the mean over the foreground by the largest score, for the decision `iou`.
    public let rows: [IoUGains.Row]
    /// argmax first.
    public let trials: [Trial]
    /// Patients or videos.
    public let groups: Int
    /// Parts of the groups, of which each in turn was left out to find the gain; 0 for a single group.
    public let parts: Int
    /// The largest absolute offset that was tried.
    public let largestOffset: Double
    /// Pixels that each one stands for of those whose class depends on the decision; 1 unless memory was short.
    public let thinning: Int
    /// Cases that could not be read and took no part.
    public let problems: [CaseProblem]
    /// Of the largest score, and of the offsets where they gain; nil for classes without a background.
    public internal(set) var postProcessing: [PostProcessed]?

    enum CodingKeys: String, CodingKey {
        case format, program, weights, inference, reference, metric, offsets, rows, trials, groups, parts, thinning, problems
        case postProcessing = "post_processing"
        case classNames = "class_names"
        case largestOffset = "largest_offset"
    }

    init(
        weights: [String], inference: String?, reference: String, classNames: [String], metric: String, offsets: [Double]?,
        rows: [IoUGains.Row], trials: [Trial], groups: Int, parts: Int, largestOffset: Double, thinning: Int,
        problems: [CaseProblem]
    ) {
        format = Self.currentFormat
        program = "marginseg \(Version.current)"
        self.weights = weights
        self.inference = inference
        self.reference = reference
        self.classNames = classNames
        self.metric = metric
        self.offsets = offsets
        self.rows = rows
        self.trials = trials
        self.groups = groups
        self.parts = parts
        self.largestOffset = largestOffset
        self.thinning = thinning
        self.problems = problems
    }

    /// Post-processing that another program found; classes are those of the largest score.
    ///
    /// - Parameters:
    ///   - inference: what scores the steps were found for.
    ///   - value: the metric of the largest score without the steps.
    package init(
        of reference: String, inference: String, metric: String, value: Double, weights: [String], classNames: [String],
        postProcessing: LearnedPostProcessing
    ) {
        self.init(
            weights: weights.sorted(), inference: inference, reference: reference, classNames: classNames, metric: metric,
            offsets: nil,
            rows: [], trials: [Trial(decision: .argmax, offsets: nil, value: value, gain: nil, interval: nil)],
            groups: postProcessing.groupCount, parts: 0, largestOffset: 0, thinning: 1, problems: [])
        self.postProcessing = [PostProcessed(decision: .argmax, learned: postProcessing)]
    }

    /// What a decision is here; nil for offsets where none gained, and for gains of IoU that are not defined.
    func decision(_ name: DecisionName) -> Decision? {
        switch name {
        case .argmax: return .argmax
        case .calibrated: return offsets.map(Decision.offsets)
        case .iou:
            let gains = IoUGains(rows: rows)
            return gains.problem == nil ? .iou(gains) : nil
        }
    }

    /// What was learned for the label maps of a decision; nil where nothing was.
    public func postProcessing(after name: DecisionName) -> LearnedPostProcessing? {
        postProcessing?.first { $0.decision == name }?.learned
    }

    /// The trial of a decision.
    public func trial(_ name: DecisionName) -> Trial? { trials.first { $0.decision == name } }
}
