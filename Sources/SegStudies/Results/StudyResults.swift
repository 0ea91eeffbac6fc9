import Foundation
import MarginCalibration
import SegMetrics

/// What a study found so far: every number of its tables, which are made anew from the JSON of this, as it is from that of a `StudyRecord`.
public struct StudyResults: Sendable, Codable {
    /// A task on one split, with the planes that count.
    public struct Task: Sendable, Codable {
        public let name: String
        public let summary: String
        public let split: String
        /// Nil: all planes; otherwise which ones.
        public let planes: String?
        public let classNames: [String]
        /// Pixels of each class in the training planes.
        public let trainingPixels: [Int]
        /// Patients or videos: the units of intervals and tests.
        public let groupCount: Int
        public let caseCount: Int
        public let imageCount: Int
        public let arms: [Arm]
        /// Others' numbers in per cent: of an arm, by the score's name.
        public let published: [String: [String: Double]]
        /// Of the arms with all the reference's seeds; nil where there are fewer than two.
        public let comparison: Comparison?
        /// Of the objectives with margins against the best of those without, by the primary score of this split, which favours the
        /// rival; nil where that is the reference itself.
        public let rivalComparison: Comparison?

        enum CodingKeys: String, CodingKey {
            case name, summary, split, planes, arms, published, comparison
            case classNames = "class_names"
            case trainingPixels = "training_pixels"
            case groupCount = "group_count"
            case caseCount = "case_count"
            case imageCount = "image_count"
            case rivalComparison = "rival_comparison"
        }
    }

    /// An objective on a task.
    public struct Arm: Sendable, Codable {
        public let name: String
        public let objective: String
        /// Those that are trained and scored.
        public let seeds: [UInt64]
        public let scores: [MethodScore]
        /// Of the training, all seeds together.
        public let trainingSeconds: Double
        /// Of the loss on the validation split, at the epoch that was kept; nil where it was not recorded.
        public let validationLoss: Double?
        public let marginOffsets: [MarginOffsets]

        public func score(_ name: String) -> MethodScore? { scores.first { $0.score == name } }

        enum CodingKeys: String, CodingKey {
            case name, objective, seeds, scores
            case trainingSeconds = "training_seconds"
            case validationLoss = "validation_loss"
            case marginOffsets = "margin_offsets"
        }
    }

    public let title: String
    public let notes: [String]
    public let reference: String
    public let seeds: [UInt64]
    /// Trainings of the study, and those of them that are scored.
    public let runCount: Int
    public let doneCount: Int
    public let program: String
    public let bootstrap: Bootstrap
    /// Of all trainings, the shared ones included.
    public let trainingSeconds: Double
    public let tasks: [Task]

    enum CodingKeys: String, CodingKey {
        case title, notes, reference, seeds, program, bootstrap, tasks
        case runCount = "run_count"
        case doneCount = "done_count"
        case trainingSeconds = "training_seconds"
    }

    /// The scores that every task's tables show: of the whole set, then of the mean patient or video and of cases by themselves, then
    /// each class's.
    static func scoreNames(_ classes: ScoredClasses) -> [String] {
        let rows = classes.foreground.count > 1 ? classes.foreground.map { ScoreName(.iou, .one($0)) } : []
        let names = [
            ScoreName(.iou), ScoreName(.dice), ScoreName(.recall), ScoreName(.precision), ScoreName(.iou, .foreground, .perGroup),
            ScoreName(.iouOfUnits, .foreground, .perCase), ScoreName(.iouOfClasses, .foreground, .perCase),
            ScoreName(.iouOfUnits, .foreground, .perCase, worst: 25),
        ]
        return (names + rows).map { $0.text(rowNames: classes.rowNames) }
    }

    /// The score that the study is about: the mean over the foreground classes of the whole set's IoU.
    static let primary = "miou_foreground"

    /// What of them is tested: the mean IoU, of the whole set and of the mean patient or video.
    static let tested = [primary, "per_group_miou_foreground"]
}
