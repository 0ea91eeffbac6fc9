import DataSets
import MedicalImages
import Sampling

/// Labels images and writes the result on their own grids.
public struct Predictor {
    let model: SegmentationModel
    let reader: CaseReader

    public init(_ model: SegmentationModel) throws {
        self.model = model
        reader = try CaseReader(model.recipe, channels: model.inferer.channelCount)
    }

    /// Reads, predicts and writes every case of a plan; one that cannot be read or does not fit the model stops none of the others.
    ///
    /// - Parameters:
    ///   - onCase: called before each case is read.
    ///   - onStep: called with the case's place in the plan, from 0, its planes done and their number.
    ///   - onWritten: called for each label file.
    /// - Returns: the cases that were left out, and why, those of the plan first; and a line for each thing in which scans are
    ///   unlike those of the training.
    /// - Throws: `FileError` for an output that cannot be written, `ScoresNotFinite` for a model that gives no scores; for a plan of
    ///   one case, what is wrong with it.
    public func run(
        _ plan: PredictionPlan, onCase: (PredictionPlan.Job) -> Void = { _ in },
        onStep: (_ index: Int, _ done: Int, _ of: Int) -> Void = { _, _, _ in },
        onWritten: (PredictionPlan.Job) -> Void = { _ in }
    ) throws -> (leftOut: [UnreadableCase], notes: [String]) {
        var leftOut = plan.leftOut
        var notes = CaseNotes()
        for (index, job) in plan.jobs.enumerated() {
            onCase(job)
            let prepared: PreparedCase
            let classes: [UInt8]
            do {
                prepared = try read(job)
                notes.add(model.remarks(on: prepared), of: prepared.id)
                classes = try model.predict(prepared) { onStep(index, $0, $1) }
            } catch let error where !(error is ScoresNotFinite) && plan.jobs.count + plan.leftOut.count > 1 {
                leftOut.append(UnreadableCase(id: job.dataCase.id, problem: "\(error)"))
                continue
            }
            try plan.makeFolder()
            try write(classes, of: prepared, for: job)
            onWritten(job)
        }
        return (leftOut, notes.lines)
    }

    /// Reads, predicts, writes one case.
    ///
    /// - Throws: `ImageFileError`, `CaseError` for an image that does not fit the model; `FileError` for an output that cannot be
    ///   written; `ScoresNotFinite`.
    public func run(_ job: PredictionPlan.Job, onStep: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws {
        let prepared = try read(job)
        try write(model.predict(prepared, onStep: onStep), of: prepared, for: job)
    }

    private func read(_ job: PredictionPlan.Job) throws -> PreparedCase {
        let prepared = try reader.read(job.dataCase)
        try prepared.requireChannels(model.inferer.channelCount, path: job.dataCase.image.path)
        try PredictionFile.check(values: model.configuration.data.writtenValues, like: prepared, to: job.output)
        return prepared
    }

    private func write(_ classes: [UInt8], of prepared: PreparedCase, for job: PredictionPlan.Job) throws {
        try PredictionFile.write(classes, values: model.configuration.data.writtenValues, like: prepared, to: job.output)
    }
}
