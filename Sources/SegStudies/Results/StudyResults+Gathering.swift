import DurableFiles
import Foundation
import MarginCalibration
import SegData
import SegMetrics
import SegTraining

extension StudyResults {
    /// Reads what the study's folder holds.
    ///
    /// - Throws: `FileError`, `EvaluationFileError`; `ComparisonError` where runs were scored on different cases.
    public init(_ study: Study, in folder: URL, bootstrap: Bootstrap = Bootstrap()) throws {
        let runs = study.runs(in: folder)
        let scored = try runs.compactMap { try ScoredRun($0) }
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
                    $0.onImages { matrix in
                        (1..<matrix.classCount).contains { truth in
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
    let evaluations: [Split: Evaluation]

    /// Nil for a pre-training, and for one that is not scored yet.
    init?(_ run: StudyRun) throws {
        guard let arm = run.arm else { return nil }
        var evaluations: [Split: Evaluation] = [:]
        for split in run.task.splits {
            let file = run.folder.evaluation(of: split)
            guard FileSystem.kind(of: file) == .file else { return nil }
            evaluations[split] = try EvaluationFile.read(file)
        }
        self.run = run
        self.arm = arm
        self.evaluations = evaluations
    }
}

extension StudyRun {
    fileprivate func trainingSeconds() throws -> Double { try folder.epochs().reduce(0) { $0 + $1.seconds } }
}

extension StudyResults.Task {
    /// Nil where nothing is scored, or no plane counts.
    fileprivate init?(
        _ task: StudyTask, _ split: Split, planes: String?, _ runs: [ScoredRun], _ study: Study, _ bootstrap: Bootstrap,
        restricted: (Evaluation) -> Evaluation?
    ) throws {
        var methods: [Comparison.Method] = []
        var arms: [StudyResults.Arm] = []
        for arm in study.arms(of: task) {
            let seeds = runs.filter { $0.arm.name == arm.name }
            let evaluations = seeds.compactMap { $0.evaluations[split] }.compactMap(restricted)
            guard !evaluations.isEmpty, let first = seeds.first else { continue }
            let method = Comparison.Method(name: arm.name, evaluations: evaluations)
            methods.append(method)
            let kept = try seeds.map { run in try run.run.folder.epochs().last { $0.isBest }?.validationLoss }
            arms.append(
                StudyResults.Arm(
                    name: arm.name, objective: arm.stage.objective, seeds: seeds.map(\.run.seed),
                    scores: try method.scores(
                        StudyResults.scoreNames(classNames: evaluations[0].classNames), by: bootstrap),
                    trainingSeconds: try seeds.reduce(0) { try $0 + $1.run.trainingSeconds() },
                    validationLoss: MeanAndDeviation(kept).mean,
                    marginOffsets: try Checkpoint(contentsOf: first.run.folder.best).manifest.marginOffsets))
        }
        guard let example = methods.first?.evaluations.first, let run = runs.first else { return nil }
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
        let reference = methods.filter { $0.name == study.reference }
        let complete =
            reference
            + methods.filter { method in
                method.name != study.reference && reference.contains { $0.evaluations.count == method.evaluations.count }
            }
        comparison =
            complete.count < 2
            ? nil : try Comparison(complete, scores: StudyResults.tested, bootstrap: bootstrap)
    }
}
