import DataSets
import Foundation
import MarginCalibration
import Sampling
import SegConfiguration
import SegInference
import SegMetrics

/// What a training run tells its observer.
public enum TrainingEvent: Sendable {
    /// Data are being decoded.
    case preparing(samples: Int, word: String, estimatedBytes: Int)
    case prepared(PreparedData)
    /// A stage whose offsets are to be found tries some.
    case searching(Trial)
    /// The score of a trial; nil where it is not defined.
    case searched(objective: String, epochs: Int, score: Double?)
    case stageStarted(StageStart)
    case stepped(Step)
    /// Validation has begun.
    case validating(cases: Int)
    case validated(ValidatedCase)
    /// The margins of the whole validation split, after its last case.
    case marginsGathered(ClassMargins)
    case epochFinished(EpochRecord)
    /// Something that the user should look at, although the run goes on.
    case warned(String)

    public struct PreparedData: Sendable {
        public let trainingSamples: Int
        /// `planes`, or `volumes`.
        public let sampleWord: String
        /// Samples without foreground that the selection left out.
        public let leftOut: Int
        public let validationCases: Int
        public let labels: LabelDistribution
        /// How training sees the samples of these labels, for messages.
        public let view: String
        public let classNames: [String]
        public let parameterCount: Int
        /// Where a run goes on; nil for a new one. Epochs and steps after it that were seen before did not last.
        public let continuing: TrainingPosition?
        /// Cases that were left out because their files cannot be read.
        public let unreadable: [UnreadableCase]
        /// Whether the training samples lie on disk, because memory would not hold them.
        public let isOnDisk: Bool
    }

    public struct Trial: Sendable {
        /// In writing.
        public let objective: String
        public let epochs: Int
        /// Within its round, from 1.
        public let number: Int
        public let count: Int
    }

    public struct StageStart: Sendable {
        public let number: Int
        public let stageCount: Int
        public let stage: StageConfiguration
        public let stepsPerEpoch: Int
        /// Steps of the stage that are done already.
        public let firstStep: Int
        public let offsets: [MarginOffsets]
    }

    public struct Step: Sendable {
        public let epoch: Int
        public let epochs: Int
        /// Of the stage, from 1.
        public let step: Int
        public let steps: Int
        public let loss: Double
        public let learningRate: Double
        public let images: Int
    }

    /// A validation case with what the network makes of it.
    public struct ValidatedCase: Sendable {
        /// From 1.
        public let number: Int
        public let prepared: PreparedCase
        /// Classes at native size, [depth, height, width].
        public let prediction: [UInt8]
    }
}

/// An epoch as it is written to `metrics.jsonl`.
public struct EpochRecord: Codable, Sendable {
    public let stage: Int
    public let stageName: String
    public let objective: String
    /// Of the stage, from 1.
    public let epoch: Int
    /// Mean over the steps.
    public let trainingLoss: Double
    /// Foreground mIoU over the pixels of all its steps, from the forward passes that were trained on: with dropout and
    /// augmentation, at the network's size, while the weights changed. Nil for an epoch that was begun without counting.
    public let trainingMIoU: Double?
    /// The objective on the validation split: without dropout or augmentation, at the network's size, the mean over batches of the
    /// training's size weighted by their pixels, as `ValidationLoss` makes them. Nil where it is not finite or no pixel counts.
    public let validationLoss: Double?
    public let learningRate: Double
    /// Of the steps, in the process that ended the epoch.
    public let seconds: Double
    /// Seconds of them that training waited for data.
    public let secondsWaited: Double
    /// Seconds of the validation after the steps; nil in files of before it was measured.
    public let validationSeconds: Double?
    public let imagesPerSecond: Double
    public let validation: MetricSummary
    /// Classes that the validation labels have and no predicted pixel has.
    public let neverPredicted: [String]
    /// The metric that chooses, its value, and whether this epoch is the stage's best so far.
    public let selectedBy: MetricName
    public let score: Double?
    public let isBest: Bool

    enum CodingKeys: String, CodingKey {
        case stage, objective, epoch, seconds, validation, score
        case stageName = "stage_name"
        case trainingLoss = "training_loss"
        case trainingMIoU = "training_miou_foreground"
        case validationLoss = "validation_loss"
        case learningRate = "learning_rate"
        case secondsWaited = "seconds_waited"
        case validationSeconds = "validation_seconds"
        case neverPredicted = "never_predicted"
        case imagesPerSecond = "images_per_second"
        case selectedBy = "selected_by"
        case isBest = "is_best"
    }
}
