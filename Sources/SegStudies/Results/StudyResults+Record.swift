import SegMetrics

extension StudyResults {
    /// The scores of a study's trainings, with intervals and tests.
    ///
    /// - Throws: `ComparisonError` where the record does not hold together.
    public init(_ record: StudyRecord, bootstrap: Bootstrap = Bootstrap()) throws {
        title = record.title
        notes = record.notes
        reference = record.reference
        seeds = Set(record.tasks.flatMap(\.arms).flatMap(\.runs).map(\.seed)).sorted()
        runCount = record.runCount
        doneCount = record.doneCount
        program = record.program
        self.bootstrap = bootstrap
        trainingSeconds = record.trainingSeconds
        tasks = try record.tasks.map { try Task($0, of: record, bootstrap) }
    }
}

extension StudyResults.Arm {
    fileprivate var hasMargins: Bool { objective.contains("margin") }
    fileprivate var primary: Double? { score(StudyResults.primary)?.overSeeds.mean }
}

extension StudyRecord.Task {
    /// The scores of a training.
    fileprivate func evaluation(_ run: StudyRecord.Run) -> Evaluation {
        var store = ConfusionStore(classCount: classes.names.count)
        for (place, counts) in zip(cases, run.counts) {
            store.append(group: place.group, case: place.id, image: place.id, matrix: counts)
        }
        // Whoever compares resamples for all trainings at once.
        return Evaluation(
            program: "", subject: "", reference: split, classes: classes,
            native: ResolutionScores(store, classes: classes, rule: emptyRule, bootstrap: Bootstrap(resamples: 1)))
    }
}

extension StudyResults.Task {
    fileprivate init(_ task: StudyRecord.Task, of study: StudyRecord, _ bootstrap: Bootstrap) throws {
        let methods = task.arms.map { arm in
            (method: Comparison.Method(name: arm.name, evaluations: arm.runs.map(task.evaluation)), seeds: arm.runs.map(\.seed))
        }
        let arms = try zip(task.arms, methods).map { arm, method in
            StudyResults.Arm(
                name: arm.name, objective: arm.objective, seeds: method.seeds,
                scores: try method.method.scores(StudyResults.scoreNames(task.classes), by: bootstrap),
                trainingSeconds: arm.runs.reduce(0) { $0 + $1.trainingSeconds },
                validationLoss: MeanAndDeviation(arm.runs.map(\.validationLoss)).mean, marginOffsets: arm.marginOffsets)
        }
        name = task.name
        summary = task.summary
        split = task.split
        planes = task.planes
        classNames = task.classes.names
        trainingPixels = task.trainingPixels
        groupCount = Set(task.cases.map(\.group)).count
        caseCount = task.cases.count
        imageCount = task.imageCount
        self.arms = arms
        published = task.published
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
