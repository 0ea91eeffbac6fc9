import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegMetrics
import SegTraining
import Torch

/// Makes the trainings of a study and scores them, leaving out what is done and going on with what was cut off.
///
/// Every training is a run folder like any other: it can be watched, evaluated, reported and resumed by itself.
public struct StudyRunner {
    public enum Outcome: Sendable, Equatable {
        case finished
        /// Asked to stop; what was under way is saved.
        case stopped
    }

    /// What a study tells whoever watches it.
    public enum Event: Sendable {
        /// A training begins or goes on: its number from 1, of so many.
        case began(StudyRun, number: Int, of: Int)
        case training(TrainingEvent)
        case scoring(Split, done: Int, of: Int)
        case scored(StudyRun, Split, Evaluation)
        /// Its numbers were not finite, or its objective does not fit the labels; the study goes on without it.
        case failed(StudyRun, reason: String)
    }

    private let study: Study
    private let folder: URL
    private let resources: TrainingResources
    private let bootstrap: Bootstrap
    private let part: WorkPart?
    private let shouldStop: () -> Bool
    private let observe: (Event) -> Void

    /// - Parameters:
    ///   - folder: of the study; made where it is missing.
    ///   - bootstrap: of the intervals in each run's own evaluation.
    ///   - part: of the pre-trainings with what starts from them, for machines that share the folder; nil: all.
    public init(
        _ study: Study, in folder: URL, resources: TrainingResources, bootstrap: Bootstrap = Bootstrap(), part: WorkPart? = nil,
        shouldStop: @escaping () -> Bool = { false },
        observe: @escaping (Event) -> Void = { _ in }
    ) {
        self.study = study
        self.folder = folder
        self.resources = resources
        self.bootstrap = bootstrap
        self.part = part
        self.shouldStop = shouldStop
        self.observe = observe
    }

    /// Trains and scores what is left.
    ///
    /// - Throws: errors of data, configuration and files; `StudyError` where a run in the folder was made by another study.
    public func run() throws -> Outcome {
        try FileSystem.makeFolder(folder)
        let lock = try FolderLock(folder, for: part.map { "part-\($0.number)-of-\($0.count)" })
        return try withExtendedLifetime(lock) {
            let runs = runs
            var failed: Set<URL> = []
            for (index, run) in runs.enumerated() where try !isDone(run) {
                if shouldStop() { return .stopped }
                observe(.began(run, number: index + 1, of: runs.count))
                do {
                    if let start = run.configuration.training.stages[0].from, failed.contains(URL(filePath: start)) {
                        throw StudyError("the pre-training that it starts from failed")
                    }
                    guard try train(run) == .finished else { return .stopped }
                    try score(run)
                } catch let error where error is TrainingError || error is ScoresNotFinite || error is StudyError {
                    failed.insert(run.folder.best)
                    observe(.failed(run, reason: "\(error)"))
                }
            }
            return .finished
        }
    }

    /// The trainings that are still to be made or scored.
    ///
    /// - Throws: `StudyError` where a run in the folder was made by another study.
    public func pending() throws -> [StudyRun] { try runs.filter { try !isDone($0) } }

    /// Those of the part, in the order they are made.
    public var runs: [StudyRun] { study.runs(in: folder, part: part) }

    private func isDone(_ run: StudyRun) throws -> Bool {
        guard RunSeries.hasBegun(run.folder) else { return false }
        try RunSeries.requireSame(run.folder, as: run.configuration)
        guard run.arm != nil else { return try RunSeries.isTrained(run.folder) }
        return readings(of: run).isEmpty
    }

    private var series: RunSeries { RunSeries(resources: resources, shouldStop: shouldStop) }

    private func train(_ run: StudyRun) throws -> Trainer.Outcome {
        let splits = try splits(of: run)
        if run.fold != nil, splits == nil {
            let folds = study.runs(in: folder).filter { $0.task.name == run.task.name }
            try RunSeries.requireSameCases(run.folder, run.configuration, as: folds.map(\.folder))
        }
        return try series.train(run.configuration, in: run.folder, keeping: splits) { observe(.training($0)) }
    }

    /// Those that the first training of a task, or of its fold, drew stand for all that follow, whatever comes into the folder
    /// meanwhile.
    private func splits(of run: StudyRun) throws -> CaseSplits? {
        try study.runs(in: folder).first { other in
            other.task.name == run.task.name && other.fold == run.fold && FileSystem.kind(of: other.folder.best) == .file
        }.flatMap { try Checkpoint.manifest(of: $0.folder.best).splits }
    }

    /// Scores the best checkpoint; a pre-training is scored by the arm that continues it.
    private func score(_ run: StudyRun) throws {
        guard run.arm != nil else { return }
        for (split, decision) in readings(of: run) {
            let evaluation = try series.score(
                run.folder, on: split, of: run.configuration, subject: run.name + decision.suffix, decision: decision,
                bootstrap: bootstrap
            ) { observe(.scoring(split, done: $0, of: $1)) }
            observe(.scored(run, split, evaluation))
        }
    }

    /// What is still to be scored, the largest score first.
    private func readings(of run: StudyRun) -> [(Split, DecisionName)] {
        study.decisions.flatMap { decision in run.task.splits.map { ($0, decision) } }
            .filter { !RunSeries.isScored(run.folder, on: $0, by: $1) }
    }
}
