import DataSets
import Foundation
import SegConfiguration
import SegInference

/// Trainings that answer a question together: tasks × objectives × seeds.
///
/// For each task and seed one pre-training is made, which every objective then starts from, so that objectives differ in
/// nothing else. An objective that continues the pre-training's own for as many epochs is the fair reference.
public struct Study: Sendable {
    /// What the study is called in its report.
    public var title: String
    /// What a reader must know; every output repeats it.
    public var notes: [String]
    public var seeds: [UInt64]
    /// Shared by the objectives of a task and seed; nil: each starts from new weights.
    public var pretraining: StageConfiguration?
    public var tasks: [StudyTask]
    public var arms: [StudyArm]
    /// The arm that the others are compared with.
    public var reference: String
    /// How classes follow from the scores of every network, each a reading of its own; the largest score is always one.
    public var decisions: [DecisionName]

    /// - Throws: `StudyError` for a study without tasks, arms or seeds, or names that do not tell them apart.
    public init(
        title: String, notes: [String] = [], seeds: [UInt64], pretraining: StageConfiguration?, tasks: [StudyTask],
        arms: [StudyArm], reference: String? = nil, decisions: [DecisionName] = [.argmax]
    ) throws {
        self.title = title
        self.notes = notes
        self.seeds = seeds
        self.pretraining = pretraining
        self.tasks = tasks
        self.arms = arms
        self.reference = reference ?? arms.first?.name ?? ""
        self.decisions = DecisionName.allCases.filter { $0 == .argmax || decisions.contains($0) }
        try validate()
    }

    private func validate() throws {
        func require(_ names: [String], of what: String) throws {
            guard !names.isEmpty else { throw StudyError("a study needs one \(what) or more") }
            var seen: [String: String] = [:]
            for name in names {
                if let other = seen.updateValue(name, forKey: StudyRun.fileName(name)) {
                    throw StudyError(
                        "the \(what)s '\(other)' and '\(name)' would share a folder; names must differ in letters or digits")
                }
            }
        }
        try require(seeds.map(String.init), of: "seed")
        try require(tasks.map(\.name), of: "task")
        try require(arms.map(\.name), of: "objective")
        if let task = tasks.first(where: { ($0.folds ?? 3) < 3 }) {
            throw StudyError(
                "'\(task.name)' has folds: \(task.folds ?? 0); expected 3 or more: one tests, one validates, the others train")
        }
        guard !decisions.contains(.iou) else {
            throw StudyError(
                "the decision 'iou' is not defined for every network, as where the IoU of a class is 0; a study reads argmax and "
                    + "calibrated")
        }
        guard arms.contains(where: { $0.name == reference }) else {
            throw StudyError(
                "the reference '\(reference)' is none of the objectives: \(arms.map(\.name).joined(separator: ", "))")
        }
        for arm in arms {
            if let unknown = (arm.tasks ?? []).first(where: { name in !tasks.contains { $0.name == name } }) {
                throw StudyError(
                    "'\(arm.name)' names a task '\(unknown)'; there are \(tasks.map(\.name).joined(separator: ", "))")
            }
            guard pretraining != nil || !arm.continuesPretraining else {
                throw StudyError("'\(arm.name)' starts from a pre-training, and the study has none")
            }
            try check(arm.stage, of: tasks.filter { arm.tasks?.contains($0.name) ?? true })
        }
        if let pretraining { try check(pretraining, of: tasks) }
    }

    private func check(_ stage: StageConfiguration, of tasks: [StudyTask]) throws {
        for task in tasks {
            do {
                try stage.checkObjective(
                    classNames: task.configuration.data.classNames, hasBackground: task.configuration.data.hasBackground,
                    at: ["objective"])
            } catch let error as ConfigurationError {
                throw StudyError("'\(stage.name)' on \(task.name): \(error.problem)")
            }
        }
    }

    /// The arms that a task has, in their order.
    public func arms(of task: StudyTask) -> [StudyArm] { arms.filter { $0.tasks?.contains(task.name) ?? true } }
}

/// Data with everything that training on them needs except the objective.
public struct StudyTask: Sendable {
    public var name: String
    /// A sentence on what it is.
    public var summary = ""
    /// Its stages and its seed are the study's.
    public var configuration: RunConfiguration
    /// Epochs instead of the study's, for a task of another size.
    public var epochs = Epochs()
    /// The splits that are scored.
    public var splits: [Split] = [.test]
    /// Into how many parts the patients are dealt, each of which tests once, the next validates, and the others train; nil: the
    /// configuration's own split.
    public var folds: Int?
    /// The planes that the scores are of.
    public var scored = ScoredPlanes.all
    /// Numbers of others to stand beside ours, in per cent: of a split, then of an arm, then by the score's name.
    public var published: Published = [:]

    public typealias Published = [Split: [String: [String: Double]]]

    /// What each objective is trained on for a seed: each fold in turn, or the configuration's own split.
    var rounds: [(fold: Int?, configuration: RunConfiguration)] {
        guard let folds else { return [(nil, configuration)] }
        return (0..<folds).map { number in
            var configuration = configuration
            configuration.data.split = .folds(
                FoldSplit(
                    count: folds, fold: (number + 1) % folds, seed: SplitRule.seedOfOpenCases, of: configuration.data.split.dealt,
                    test: number))
            return (number, configuration)
        }
    }

    /// Of the pre-training and of each objective; nil: the study's.
    public struct Epochs: Sendable, Hashable, Codable {
        public var pretraining: Int?
        public var finetuning: Int?
    }
}

extension DecisionName {
    /// What the name of an arm is followed by where its networks are read so.
    var suffix: String { self == .argmax ? "" : ", \(rawValue)" }
}

/// Which planes of the scored cases count.
public enum ScoredPlanes: String, Sendable, Hashable, Codable, CaseIterable {
    case all
    /// All planes, and beside them those alone whose truth has foreground, as the paper's authors score CT.
    case allAndForeground = "all_and_foreground"
}

/// One way to train: an objective with its stage.
public struct StudyArm: Sendable {
    public var name: String
    public var stage: StageConfiguration
    /// Whether it starts from the task's and seed's pre-training.
    public var continuesPretraining = true
    /// Names of the tasks it is trained on; nil: all.
    public var tasks: [String]?
}

/// A study that cannot be made.
public struct StudyError: Error, CustomStringConvertible, Equatable, Sendable {
    public let problem: String
    /// `file:line:column`; nil where nobody wrote it.
    public let place: String?

    public init(_ problem: String, at place: String? = nil) {
        self.problem = problem
        self.place = place
    }

    public var description: String { (place.map { "\($0): " } ?? "") + problem }
}
