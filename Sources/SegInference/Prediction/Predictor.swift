import DataSets
import MedicalImages
import Sampling

/// Labels images and writes the result on their own grids.
public struct Predictor {
    public let model: SegmentationModel
    private let overlaps: Bool
    private let source: CaseIntake.Source

    /// - Parameter overlaps: whether the next case is read and the last one's files are written while one is predicted, so that
    ///   memory holds the images of two.
    /// - Throws: `SettingError` for an invalid recipe.
    public init(_ model: SegmentationModel, overlaps: Bool = true) throws {
        self.model = model
        self.overlaps = overlaps
        source = CaseIntake.Source(
            reader: try CaseReader(model.recipe, channels: model.inferer.channelCount), channels: model.inferer.channelCount,
            legend: LabelLegend(model.configuration.data))
    }

    /// Reads, predicts and writes every case of a plan; one that cannot be read or does not fit the model stops none of the others.
    ///
    /// Files come in the plan's order.
    ///
    /// - Returns: the cases that were left out, and why, those of the plan first; and a line for each thing in which scans are
    ///   unlike those of the training.
    /// - Throws: `FileError` for an output that cannot be written, `ScoresNotFinite` for a model that gives no scores; for a plan of
    ///   one case, what is wrong with it.
    public func run(
        _ plan: PredictionPlan, observe: (PredictionEvent) -> Void = { _ in }
    ) throws -> (leftOut: [UnreadableCase], notes: [String]) {
        plan.removeRemains()
        var leftOut = plan.leftOut
        for unreadable in leftOut { observe(.leftOut(unreadable)) }
        var notes = CaseNotes()
        let intake = CaseIntake(plan.jobs, from: source, readsAhead: overlaps)
        var writing: Writing?
        /// Waits for the files of the case before.
        func finishWriting() throws {
            guard let last = writing else { return }
            writing = nil
            try last.task.wait()
            observe(.written(last.event))
        }
        do {
            for (index, job) in plan.jobs.enumerated() {
                observe(.started(index: index, job))
                let start = ContinuousClock.now
                let prepared: PreparedCase
                let classes: [UInt8]
                let probabilities: ProbabilityStore?
                do {
                    prepared = try intake.take()
                    observe(.read(index: index))
                    notes.add(model.remarks(on: prepared), of: prepared.id)
                    var filling = try job.maps.all.isEmpty ? nil : filling(for: job)
                    classes = try model.predict(prepared, inPlanes: filling != nil) { done, count in
                        observe(.progressed(index: index, done: done, of: count))
                        if writing?.task.hasSucceeded == true { try? finishWriting() }
                    } collect: {
                        try filling?.add($0)
                    }
                    probabilities = filling?.store(of: prepared.grid)
                } catch let error where !(error is ScoresNotFinite) && plan.jobs.count + plan.leftOut.count > 1 {
                    let unreadable = UnreadableCase(id: job.dataCase.id, problem: "\(error)")
                    try finishWriting()
                    leftOut.append(unreadable)
                    observe(.leftOut(unreadable))
                    continue
                }
                try finishWriting()
                try plan.makeFolder()
                let (grid, image, legend) = (prepared.grid, prepared.source, source.legend)
                writing = Writing(index: index, job: job, planes: prepared.extent.depth, start: start) {
                    // The label file comes last: where it is, the case is done.
                    if let probabilities { try MapFiles.write(probabilities, legend, of: image, on: grid, to: job.maps) }
                    try PredictionFile.write(classes, legend, on: grid, of: image, as: job.format, to: job.output)
                }
                if !overlaps { try finishWriting() }
            }
        } catch {
            try? finishWriting()
            throw error
        }
        try finishWriting()
        return (leftOut, notes.lines)
    }

    private func filling(for job: PredictionPlan.Job) throws -> ProbabilityStore.Filling {
        try .init(classCount: model.inferer.classCount, hasEntropy: job.maps.entropy != nil)
    }

    /// Reads, predicts, writes the labels of one case.
    ///
    /// - Throws: `ImageFileError`, `CaseError` for an image that does not fit the model; `FileError` for an output that cannot be
    ///   written; `ScoresNotFinite`.
    public func run(_ job: PredictionPlan.Job, onStep: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws {
        let prepared = try source.read(job)
        try PredictionFile.write(
            model.predict(prepared, onStep: onStep), source.legend, like: prepared, to: job.output)
    }

    /// The files of a case under way to the disk.
    private struct Writing {
        let task: BackgroundTask
        private let index: Int
        private let job: PredictionPlan.Job
        private let planes: Int
        private let start: ContinuousClock.Instant

        init(
            index: Int, job: PredictionPlan.Job, planes: Int, start: ContinuousClock.Instant,
            _ work: @escaping @Sendable () throws -> Void
        ) {
            task = BackgroundTask(work)
            (self.index, self.job, self.planes, self.start) = (index, job, planes, start)
        }

        var event: PredictionEvent.Written {
            .init(index: index, job: job, planes: planes, seconds: (ContinuousClock.now - start) / .seconds(1))
        }
    }
}
