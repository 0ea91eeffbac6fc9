import Foundation
import SegConfiguration
import SegInference

/// One training of a study, and where it lies: `runs/TASK/seed-N/ARM`, or `runs/TASK/seed-N/fold-K/ARM`.
public struct StudyRun: Sendable {
    public let task: StudyTask
    /// Nil for the pre-training.
    public let arm: StudyArm?
    public let seed: UInt64
    /// The part of the patients that tests, from 0; nil where the task has no folds.
    public let fold: Int?
    public let folder: RunFolder
    public let configuration: RunConfiguration

    /// `hippocampus, seed 1, dice`
    public var name: String {
        "\(task.name), seed \(seed), \(fold.map { "fold \($0), " } ?? "")\(arm?.name ?? Self.pretraining)"
    }

    static let pretraining = "pre-training"

    /// A name as a folder: lower-case letters, digits, `.`, `=`; the rest becomes a dash.
    static func fileName(_ name: String) -> String {
        let dashed = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || ".=".contains($0)) ? $0 : "-" }
        return String(dashed).split(separator: "-").joined(separator: "-")
    }
}

extension Study {
    /// All trainings in the order they are made: seed by seed, so that a study cut short compares all objectives on fewer seeds.
    ///
    /// - Parameter part: of the seeds and tasks, with all folds of each; nil: all.
    public func runs(in folder: URL, part: WorkPart? = nil) -> [StudyRun] {
        let places = seeds.flatMap { seed in tasks.map { (seed: seed, task: $0) } }
        return (part?.of(places) ?? places).flatMap { runs(of: $0.task, seed: $0.seed, in: folder) }
    }

    private func runs(of task: StudyTask, seed: UInt64, in folder: URL) -> [StudyRun] {
        let place = folder.appending(path: "runs/\(StudyRun.fileName(task.name))/seed-\(seed)", directoryHint: .isDirectory)
        return task.rounds.flatMap { round in
            runs(
                of: task, seed: seed, fold: round.fold, round.configuration,
                in: round.fold.map { place.appending(path: "fold-\($0)", directoryHint: .isDirectory) } ?? place)
        }
    }

    private func runs(
        of task: StudyTask, seed: UInt64, fold: Int?, _ configuration: RunConfiguration, in place: URL
    ) -> [StudyRun] {
        func run(_ arm: StudyArm?, _ stage: StageConfiguration, named name: String, from start: RunFolder?) -> StudyRun {
            var configuration = configuration
            configuration.training.seed = seed
            var stage = stage
            stage.epochs = (arm == nil ? task.epochs.pretraining : task.epochs.finetuning) ?? stage.epochs
            stage.from = start?.best.path
            configuration.training.stages = [stage]
            let folder = RunFolder(place.appending(path: StudyRun.fileName(name), directoryHint: .isDirectory))
            return StudyRun(task: task, arm: arm, seed: seed, fold: fold, folder: folder, configuration: configuration)
        }
        let arms = arms(of: task)
        let shared = pretraining.map { run(nil, $0, named: StudyRun.pretraining, from: nil) }
        let isNeeded = arms.contains { $0.continuesPretraining }
        return (isNeeded ? [shared].compactMap { $0 } : [])
            + arms.map { run($0, $0.stage, named: $0.name, from: $0.continuesPretraining ? shared?.folder : nil) }
    }
}
