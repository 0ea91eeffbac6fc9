import DataSets
import DurableFiles
import Foundation
import MarginCalibration
import SegInference
import SegMetrics

extension StudyResults {
    /// Reads what the study's folder holds.
    ///
    /// - Throws: `FileError`; `ComparisonError` where runs were scored on different cases.
    public init(_ study: Study, in folder: URL, bootstrap: Bootstrap = Bootstrap()) throws {
        let runs = study.runs(in: folder)
        let scored = try runs.compactMap { try ScoredRun($0, study.decisions) }
        title = study.title
        notes = study.notes
        reference = study.reference
        seeds = study.seeds
        runCount = runs.count
        doneCount = scored.count + runs.count { $0.arm == nil && FileSystem.kind(of: $0.folder.best) == .file }
        program = "marginseg \(Version.current)"
        self.bootstrap = bootstrap
        trainingSeconds = try runs.reduce(0) { try $0 + $1.trainingSeconds() }
        tasks = try study.tasks.flatMap { task in
            let runs = scored.filter { $0.run.task.name == task.name }
            return try task.splits.flatMap { split -> [Task] in
                let all = try Task(task, split, planes: nil, runs, study, bootstrap) { $0 }
                guard task.scored == .allAndForeground else { return [all].compactMap { $0 } }
                let foreground = try Task(task, split, planes: "planes whose truth has foreground", runs, study, bootstrap) {
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

/// A training with the scores of its splits.
private struct ScoredRun {
    let run: StudyRun
    let arm: StudyArm
    let evaluations: [Split: [DecisionName: Evaluation]]

    /// Nil for a pre-training, and for one that is not scored yet.
    init?(_ run: StudyRun, _ decisions: [DecisionName]) throws {
        guard let arm = run.arm else { return nil }
        var evaluations: [Split: [DecisionName: Evaluation]] = [:]
        for split in run.task.splits {
            for decision in decisions {
                let file = run.folder.evaluation(of: split, by: decision)
                guard FileSystem.kind(of: file) == .file else { return nil }
                evaluations[split, default: [:]][decision] = try EvaluationFile.read(file)
            }
        }
        self.run = run
        self.arm = arm
        self.evaluations = evaluations
    }
}

extension StudyRun {
    fileprivate func trainingSeconds() throws -> Double { try folder.epochs().reduce(0) { $0 + $1.seconds } }
}

extension StudyResults.Arm {
    fileprivate var hasMargins: Bool { objective.contains("margin") }
    fileprivate var primary: Double? { score(StudyResults.primary)?.overSeeds.mean }
}

extension StudyResults.Task {
    /// Nil where nothing is scored, or no plane counts.
    fileprivate init?(
        _ task: StudyTask, _ split: Split, planes: String?, _ runs: [ScoredRun], _ study: Study, _ bootstrap: Bootstrap,
        restricted: (Evaluation) -> Evaluation?
    ) throws {
        var methods: [(method: Comparison.Method, seeds: [UInt64])] = []
        var arms: [StudyResults.Arm] = []
        let readings = study.decisions.flatMap { decision in study.arms(of: task).map { (arm: $0, decision: decision) } }
        for (arm, decision) in readings {
            let scored = runs.filter { $0.arm.name == arm.name }.compactMap { run in
                run.evaluations[split]?[decision].flatMap(restricted).map { (run: run.run, evaluation: $0) }
            }
            guard let first = scored.first else { continue }
            let seeds = scored.map(\.run.seed)
            let name = arm.name + decision.suffix
            let method = Comparison.Method(name: name, evaluations: scored.map(\.evaluation))
            methods.append((method, seeds))
            let kept = try scored.map { try $0.run.folder.epochs().last { $0.isBest }?.validationLoss }
            arms.append(
                StudyResults.Arm(
                    name: name, objective: arm.stage.objective, seeds: seeds,
                    scores: try method.scores(
                        StudyResults.scoreNames(first.evaluation.classes), by: bootstrap),
                    trainingSeconds: try scored.reduce(0) { try $0 + $1.run.trainingSeconds() },
                    validationLoss: MeanAndDeviation(kept).mean,
                    marginOffsets: try Checkpoint(contentsOf: first.run.folder.best).manifest.marginOffsets))
        }
        guard let example = methods.first?.method.evaluations.first, let run = runs.first else { return nil }
        name = task.name
        summary = task.summary
        self.split = split.rawValue
        self.planes = planes
        classNames = example.classNames
        trainingPixels = try Checkpoint(contentsOf: run.run.folder.best).manifest.trainingLabels.counts
        groupCount = example.native.groupCount
        caseCount = example.native.caseCount
        imageCount = example.native.imageCount
        self.arms = arms
        published = task.published[split] ?? [:]
        // Differences are paired seed by seed, so only equal seeds can be.
        let reference = methods.filter { $0.method.name == study.reference }
        let others = methods.filter { other in
            other.method.name != study.reference && reference.contains { $0.seeds == other.seeds }
        }
        func compared(_ methods: [Comparison.Method]) throws -> Comparison? {
            methods.count < 2 ? nil : try Comparison(methods, scores: StudyResults.tested, bootstrap: bootstrap)
        }
        let complete = (reference + others).map(\.method)
        comparison = try compared(complete)
        let withMargins = Set(arms.filter(\.hasMargins).map(\.name))
        let best = arms.filter { arm in !arm.hasMargins && complete.contains { $0.name == arm.name } }
            .max { ($0.primary ?? -1) < ($1.primary ?? -1) }
        rivalComparison =
            best == nil || best?.name == study.reference
            ? nil : try compared(complete.filter { $0.name == best?.name } + complete.filter { withMargins.contains($0.name) })
    }
}
