import DataSets
import DurableFiles
import Sampling
import SegMetrics

/// Finds the decision for the scores of a model, or of several on cases of their own, in one pass over the cases, and steps of
/// post-processing for what is decided, in another where that is not the largest score.
public struct DecisionCalibration {
    /// A model with cases that it has not seen.
    public struct Subject {
        let model: SegmentationModel
        let cases: [DataCase]

        public init(_ model: SegmentationModel, cases: [DataCase]) {
            self.model = model
            self.cases = cases
        }
    }

    let subjects: [Subject]
    let reference: String
    let objective: DecisionObjective
    let bootstrap: Bootstrap
    package let scored: ScoredClasses
    /// Of all subjects.
    public var caseCount: Int { subjects.reduce(0) { $0 + $1.cases.count } }

    /// - Parameters:
    ///   - subjects: models of one task; where there are several, such as those of the folds of a cross-validation, each scores its
    ///     cases and the decision is for all of them.
    ///   - reference: what the cases are, for the file.
    ///   - metric: an IoU or a Dice of the data set, by its name in writing.
    /// - Throws: `SettingError` for another metric, `FileError` for weights without a checksum and models of other classes.
    /// - Precondition: one subject at least.
    public init(_ subjects: [Subject], reference: String, metric: String, bootstrap: Bootstrap = Bootstrap()) throws {
        let scored = subjects[0].model.configuration.data.scoredClasses
        guard let objective = ScoreName(metric, rowNames: scored.rowNames).flatMap({ DecisionObjective($0, of: scored) }) else {
            let names = ScoreName.every(rowCount: scored.rows.count).filter { DecisionObjective($0, of: scored) != nil }
            throw SettingError(
                "the metric", found: metric,
                expected: "one of \(names.map { $0.text(rowNames: scored.rowNames) }.joined(separator: ", "))")
        }
        for model in subjects.dropFirst().map(\.model) where model.configuration.data.scoredClasses != scored {
            throw FileError(
                model.source ?? "the network", "cannot be calibrated with \(subjects[0].model.source ?? "the first model")",
                reason:
                    "its classes are \(model.configuration.data.classNames), expected \(scored.names); calibrate models of one "
                    + "task together")
        }
        for subject in subjects where subject.model.weights.isEmpty {
            throw FileError(
                subject.model.source ?? "the network", "cannot have a decision of its own",
                reason: "it has no checksum, by which the decision would know it; train it with this program")
        }
        self.subjects = subjects
        self.reference = reference
        self.objective = objective
        self.bootstrap = bootstrap
        self.scored = scored
    }

    /// A case that cannot be read, does not fit its model or has no labels takes no part and is told.
    ///
    /// - Parameter onCase: called with the number of cases done.
    /// - Returns: what is to be stored; the counts of each case by the largest score; a line for each thing in which scans are unlike
    ///   those of the training.
    /// - Throws: `ScoresNotFinite`; where no case can be scored, what is wrong with the first.
    public func run(
        onCase: (Int) -> Void = { _ in }
    ) throws -> (decision: StoredDecision, counts: ConfusionStore, notes: [String]) {
        var counts = ConfusionStore(classCount: scored.names.count)
        var pixels = DecisionPixels(classCount: scored.names.count)
        var notes = CaseNotes()
        var problems: [CaseProblem] = []
        var firstError: (any Error)?
        var learning = try postProcessingLearning(.argmax)
        try forEachCase(onCase: onCase) { model, dataCase in
            let prepared: PreparedCase
            let truth: [UInt8]
            do {
                (prepared, truth) = try model.readLabelled(dataCase)
                notes.add(prepared.labelNotes, of: prepared.id)
                notes.add(model.remarks(on: prepared), of: prepared.id)
            } catch {
                firstError = firstError ?? error
                problems.append(CaseProblem(caseID: dataCase.id, error))
                return
            }
            let predicted = try model.predict(prepared, collect: { try pixels.add($0) })
            try learning.add(prepared, truth: truth, prediction: predicted)
            var matrix = ConfusionMatrix(classCount: counts.classCount)
            try matrix.add(truth: truth, prediction: predicted, ignoring: LabelMap.ignored)
            counts.append(group: prepared.group, case: prepared.id, image: prepared.id, matrix: matrix)
        }
        if pixels.groups.isEmpty, let firstError { throw firstError }
        var stored = decision(of: pixels, problems: problems)
        stored.postProcessing = try learning.run().map { [$0] }
        return (stored, counts, notes.lines)
    }

    /// Adds the post-processing of what the offsets decide, which takes a second pass over the cases. Nothing happens where there
    /// are no offsets, or no background.
    ///
    /// - Parameter onCase: called with the number of cases done.
    /// - Throws: as `run`.
    public func learnPostProcessing(for stored: inout StoredDecision, onCase: (Int) -> Void = { _ in }) throws {
        guard let offsets = stored.offsets, stored.postProcessing != nil else { return }
        let unreadable = Set(stored.problems.map(\.caseID))
        var learning = try postProcessingLearning(.calibrated)
        try forEachCase(onCase: onCase) { model, dataCase in
            guard !unreadable.contains(dataCase.id) else { return }
            let (prepared, truth) = try model.readLabelled(dataCase)
            model.decision = .offsets(offsets)
            defer { model.decision = .argmax }
            try learning.add(prepared, truth: truth, prediction: try model.predict(prepared))
        }
        if let learned = try learning.run() { stored.postProcessing?.append(learned) }
    }

    private func postProcessingLearning(_ decision: DecisionName) throws -> PostProcessingLearning {
        try PostProcessingLearning(
            scored, decision: decision, objective: objective,
            dimensions: subjects[0].model.configuration.input.fit.size.dimensions)
    }

    private func forEachCase(
        onCase: (Int) -> Void, _ body: (SegmentationModel, DataCase) throws -> Void
    ) throws {
        var done = 0
        for subject in subjects {
            for dataCase in subject.cases {
                try body(subject.model, dataCase)
                done += 1
                onCase(done)
            }
        }
    }

    private func decision(of pixels: DecisionPixels, problems: [CaseProblem]) -> StoredDecision {
        let search = OffsetSearch(pixels: pixels, objective: objective)
        let fitting = CrossFitting(pixels, objective, bootstrap: bootstrap)
        func value(_ decision: Decision) -> Double {
            objective.value(of: pixels.counts(of: pixels.groups, by: decision))
        }
        func gains(on groups: [DecisionPixels.Group]) -> IoUGains {
            IoUGains(ConfusionMatrix(pixels.counts(of: groups, by: .argmax), classCount: pixels.classCount), of: scored)
        }
        func byIoU(_ groups: [DecisionPixels.Group]) -> Decision? {
            let gains = gains(on: groups)
            return gains.problem == nil ? .iou(gains) : nil
        }
        let offsets = search.offsets(for: pixels.groups)
        let gain = fitting.gain { .offsets(search.offsets(for: $0)) }
        let gainOfIoU = fitting.gain(byIoU)
        // A change of what everybody expects has to show that it gains: an interval that holds 0 may as well be a loss.
        let isGain = (gain?.interval?.low ?? 0) > 0 && offsets.contains { $0 != 0 }
        return StoredDecision(
            weights: subjects.flatMap(\.model.weights).sorted(), inference: subjects[0].model.scoring,
            reference: reference, classNames: scored.names, metric: objective.name.text(rowNames: scored.rowNames),
            offsets: isGain ? offsets : nil, rows: gains(on: pixels.groups).rows,
            trials: [
                .init(decision: .argmax, offsets: nil, value: value(.argmax), gain: nil, interval: nil),
                .init(
                    decision: .calibrated, offsets: offsets, value: value(.offsets(offsets)), gain: gain?.value,
                    interval: gain?.interval),
                .init(
                    decision: .iou, offsets: nil, value: byIoU(pixels.groups).map(value), gain: gainOfIoU?.value,
                    interval: gainOfIoU?.interval),
            ], groups: pixels.groups.count, parts: fitting.parts.count, largestOffset: Double(pixels.largestOffset),
            thinning: pixels.thinning, problems: problems)
    }
}

extension ConfusionMatrix {
    /// Of counts, row after row.
    fileprivate init(_ counts: [Double], classCount: Int) {
        self.init(rows: (0..<classCount).map { row in (0..<classCount).map { Int(counts[row * classCount + $0]) } })
    }
}
