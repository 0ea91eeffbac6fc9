import DataSets
import DurableFiles
import Foundation
import SegInference
import SegMetrics

extension StudyRecord {
    /// Reads what the study's folder holds.
    ///
    /// - Throws: `FileError`; `ComparisonError` where runs were scored on different cases.
    public init(_ study: Study, in folder: URL) throws {
        let runs = study.runs(in: folder)
        let scored = try Self.byObjective(runs).compactMap { try ScoredRun($0, study.decisions) }
        title = study.title
        notes = study.notes
        reference = study.reference
        runCount = runs.count
        doneCount = runs.count {
            $0.arm == nil ? FileSystem.kind(of: $0.folder.best) == .file : $0.isScored(by: study.decisions)
        }
        program = "marginseg \(Version.current)"
        trainingSeconds = try runs.reduce(0) { try $0 + $1.trainingSeconds() }
        tasks = try study.tasks.flatMap { task in
            let runs = scored.filter { $0.task.name == task.name }
            return try task.splits.flatMap { split -> [Task] in
                let all = try Task(task, split, planes: nil, runs, study) { $0 }
                guard task.scored == .allAndForeground else { return [all].compactMap { $0 } }
                let foreground = try Task(task, split, planes: "planes whose truth has foreground", runs, study) {
                    let classes = $0.classes.foregroundClasses
                    return $0.onImages { matrix in
                        classes.contains { truth in
                            (0..<matrix.classCount).contains { matrix[truth: truth, prediction: $0] > 0 }
                        }
                    }
                }
                return [all, foreground].compactMap { $0 }
            }
        }
    }
}

extension StudyRecord {
    /// The trainings of an objective with a seed together: one, or one for each fold.
    private static func byObjective(_ runs: [StudyRun]) -> [[StudyRun]] {
        var order: [[String]] = []
        var groups: [[String]: [StudyRun]] = [:]
        for run in runs {
            let place = [run.task.name, "\(run.seed)", run.arm?.name ?? ""]
            if groups[place] == nil { order.append(place) }
            groups[place, default: []].append(run)
        }
        return order.compactMap { groups[$0] }
    }
}

/// What an objective reached with a seed: a training with the scores of its splits, or one for each fold with the scores of all.
private struct ScoredRun {
    let task: StudyTask
    let arm: StudyArm
    let seed: UInt64
    let runs: [StudyRun]
    let evaluations: [Split: [DecisionName: Evaluation]]

    /// Nil for a pre-training, and where one is not scored yet.
    ///
    /// - Parameter runs: one, or one for each fold.
    init?(_ runs: [StudyRun], _ decisions: [DecisionName]) throws {
        guard let arm = runs[0].arm, runs.allSatisfy({ $0.isScored(by: decisions) }) else { return nil }
        let task = runs[0].task
        var evaluations: [Split: [DecisionName: Evaluation]] = [:]
        for split in task.splits {
            for decision in decisions {
                let scores = try runs.map { try EvaluationFile.read($0.folder.evaluation(of: split, by: decision)) }
                evaluations[split, default: [:]][decision] =
                    scores.count == 1
                    ? scores[0]
                    // Whoever compares resamples for all trainings at once.
                    : try Evaluation(
                        pooling: scores, subject: runs[0].name, reference: split.rawValue, bootstrap: Bootstrap(resamples: 1))
            }
        }
        (self.task, self.arm, seed, self.runs, self.evaluations) = (task, arm, runs[0].seed, runs, evaluations)
    }

    func trainingSeconds() throws -> Double { try runs.reduce(0) { try $0 + $1.trainingSeconds() } }

    /// The mean over the folds; nil where it was not recorded.
    func validationLoss() throws -> Double? {
        MeanAndDeviation(try runs.map { try $0.folder.epochs().last { $0.isBest }?.validationLoss }).mean
    }
}

extension StudyRun {
    fileprivate func isScored(by decisions: [DecisionName]) -> Bool {
        task.splits.allSatisfy { split in decisions.allSatisfy { RunSeries.isScored(folder, on: split, by: $0) } }
    }

    fileprivate func trainingSeconds() throws -> Double { try folder.epochs().reduce(0) { $0 + $1.seconds } }
}

extension StudyRecord.Task {
    /// Nil where nothing is scored, or no plane counts.
    fileprivate init?(
        _ task: StudyTask, _ split: Split, planes: String?, _ runs: [ScoredRun], _ study: Study,
        restricted: (Evaluation) -> Evaluation?
    ) throws {
        var example: Evaluation?
        var arms: [StudyRecord.Arm] = []
        let readings = study.decisions.flatMap { decision in study.arms(of: task).map { (arm: $0, decision: decision) } }
        for (arm, decision) in readings {
            let scored = runs.filter { $0.arm.name == arm.name }.compactMap { run in
                run.evaluations[split]?[decision].flatMap(restricted).map { (run: run, evaluation: $0) }
            }
            guard let first = scored.first else { continue }
            for other in scored { try ComparisonError.requireSame(example ?? first.evaluation, other.evaluation) }
            example = example ?? first.evaluation
            arms.append(
                StudyRecord.Arm(
                    name: arm.name + decision.suffix, objective: arm.stage.objective,
                    marginOffsets: try Checkpoint(contentsOf: first.run.runs[0].folder.best).manifest.marginOffsets,
                    runs: try scored.map { run, evaluation in
                        StudyRecord.Run(
                            seed: run.seed, trainingSeconds: try run.trainingSeconds(),
                            validationLoss: try run.validationLoss(),
                            counts: evaluation.native.store.cases.map(\.matrix))
                    }))
        }
        guard let example, let run = runs.first else { return nil }
        name = task.name
        summary = task.summary
        self.split = split.rawValue
        self.planes = planes
        classes = example.classes
        emptyRule = example.native.summary.emptyRule
        trainingPixels = try Checkpoint(contentsOf: run.runs[0].folder.best).manifest.trainingLabels.counts
        imageCount = example.native.imageCount
        published = task.published[split] ?? [:]
        cases = example.native.store.cases.map { .init(group: $0.group, id: $0.id) }
        self.arms = arms
    }
}
