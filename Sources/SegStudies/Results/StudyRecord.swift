import MarginCalibration
import SegMetrics

/// What the trainings of a study gave, case by case: all that its tables follow from, and that several machines' make one study of.
public struct StudyRecord: Sendable, Codable {
    /// A task on one split, with the planes that count.
    public struct Task: Sendable, Codable {
        let name: String
        let summary: String
        let split: String
        /// Nil: all planes; otherwise which ones.
        let planes: String?
        let classes: ScoredClasses
        let emptyRule: EmptyRule
        /// Pixels of each class in the training planes; of the first fold where there are folds.
        let trainingPixels: [Int]
        let imageCount: Int
        let published: [String: [String: Double]]
        let cases: [Case]
        var arms: [Arm]

        enum CodingKeys: String, CodingKey {
            case name, summary, split, planes, classes, published, cases, arms
            case emptyRule = "empty_rule"
            case trainingPixels = "training_pixels"
            case imageCount = "image_count"
        }

        /// What tells it from the others of a study.
        var place: [String] { [name, split, planes ?? ""] }
    }

    struct Case: Sendable, Codable, Hashable {
        let group: String
        let id: String
    }

    /// An objective on a task, read by one decision.
    struct Arm: Sendable, Codable {
        let name: String
        let objective: String
        /// Of the first fold where there are folds: offsets follow the labels.
        let marginOffsets: [MarginOffsets]
        var runs: [Run]

        enum CodingKeys: String, CodingKey {
            case name, objective, runs
            case marginOffsets = "margin_offsets"
        }
    }

    /// A training, scored.
    struct Run: Sendable, Codable {
        let seed: UInt64
        let trainingSeconds: Double
        /// Of the loss on the validation split, at the epoch that was kept; nil where it was not recorded.
        let validationLoss: Double?
        /// Of the task's cases, in their order.
        let counts: [ConfusionMatrix]

        enum CodingKeys: String, CodingKey {
            case seed, counts
            case trainingSeconds = "training_seconds"
            case validationLoss = "validation_loss"
        }
    }

    public let title: String
    public let notes: [String]
    public internal(set) var reference: String
    /// Trainings of the study, and those of them that are scored.
    public let runCount: Int
    public let doneCount: Int
    public let program: String
    /// Of all trainings, the shared ones included.
    public let trainingSeconds: Double
    public let tasks: [Task]

    enum CodingKeys: String, CodingKey {
        case title, notes, reference, program, tasks
        case runCount = "run_count"
        case doneCount = "done_count"
        case trainingSeconds = "training_seconds"
    }
}

extension StudyRecord {
    /// One study of what several machines trained of it, or of several studies; title and notes are the first's.
    ///
    /// - Throws: `StudyError` where two hold the same training, were scored on other cases, or have another reference.
    /// - Precondition: one or more.
    init(merging parts: [StudyRecord]) throws {
        let first = parts[0]
        title = first.title
        notes = parts.flatMap(\.notes).withoutRepeats
        reference = first.reference
        // Parts of one study count its trainings each.
        runCount = Dictionary(parts.map { ($0.title, $0.runCount) }, uniquingKeysWith: max).values.reduce(0, +)
        doneCount = parts.reduce(0) { $0 + $1.doneCount }
        program = parts.map(\.program).withoutRepeats.joined(separator: ", ")
        trainingSeconds = parts.reduce(0) { $0 + $1.trainingSeconds }
        var tasks: [Task] = []
        for part in parts {
            guard part.reference == reference else {
                throw StudyError(
                    "'\(part.title)' is held against '\(part.reference)', and '\(title)' against '\(reference)'; results of one "
                        + "reference make tables together")
            }
            for task in part.tasks {
                if let place = tasks.firstIndex(where: { $0.place == task.place }) {
                    try tasks[place].add(task)
                } else {
                    tasks.append(task)
                }
            }
        }
        self.tasks = tasks
    }
}

extension StudyRecord {
    /// The same trainings, held against another objective.
    ///
    /// - Throws: `StudyError` where no task has it.
    func held(against objective: String) throws -> StudyRecord {
        let names = tasks.flatMap(\.arms).map(\.name).withoutRepeats
        guard names.contains(objective) else {
            throw StudyError(
                "the reference '\(objective)' is none of the objectives: "
                    + names.map { "'\($0)'" }.joined(separator: ", "))
        }
        var record = self
        record.reference = objective
        return record
    }
}

extension StudyRecord.Task {
    fileprivate mutating func add(_ other: Self) throws {
        let words = "the task '\(name)' (\(split))"
        guard other.cases == cases, other.classes == classes else {
            throw StudyError("\(words) was scored on other cases or classes in two of the files; they are no parts of one study")
        }
        for arm in other.arms {
            guard let place = arms.firstIndex(where: { $0.name == arm.name }) else {
                arms.append(arm)
                continue
            }
            guard arms[place].objective == arm.objective else {
                throw StudyError(
                    "\(words) has '\(arm.name)' as \(arms[place].objective) in one of the files and as \(arm.objective) in another"
                )
            }
            if let twice = arm.runs.first(where: { run in arms[place].runs.contains { $0.seed == run.seed } }) {
                throw StudyError(
                    "\(words) has '\(arm.name)' with seed \(twice.seed) in two of the files; name each training once, or "
                        + "the task otherwise where they are of different studies")
            }
            arms[place].runs = (arms[place].runs + arm.runs).sorted { $0.seed < $1.seed }
        }
    }
}

extension Array where Element: Hashable {
    /// In the order in which they first appear.
    fileprivate var withoutRepeats: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
