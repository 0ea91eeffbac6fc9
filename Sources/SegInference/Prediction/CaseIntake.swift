import DataSets
import DurableFiles
import MedicalImages
import Sampling

/// Hands out the cases of a plan one after another: read when they are asked for, or one ahead on a thread of its own.
final class CaseIntake {
    /// What reading a case needs.
    struct Source: Sendable {
        let reader: CaseReader
        let channels: Int
        let legend: LabelLegend

        /// - Throws: `ImageFileError`, `CaseError` for an image that does not fit the model; `FileError` for an output that cannot
        ///   be.
        func read(_ job: PredictionPlan.Job) throws -> PreparedCase {
            let prepared = try reader.read(job.dataCase)
            try prepared.requireChannels(channels, path: job.dataCase.image.path)
            try PredictionFile.check(values: legend.values, like: prepared, to: job.output)
            if let entropy = job.maps.entropy, case .picture = prepared.source, prepared.grid.stored.depth > 1 {
                throw FileError(
                    entropy, "cannot be written",
                    reason: "a picture of 16 bits holds no \(prepared.grid.stored.depth) pages; leave --uncertainty out")
            }
            return prepared
        }
    }

    private let source: Source
    private let jobs: [PredictionPlan.Job]
    /// Nil: nothing is read ahead. A case that cannot be read is handed out as its error, and the next one follows.
    private let ahead: OrderedPrefetch<Result<PreparedCase, any Error>>?
    private var next = 0

    init(_ jobs: [PredictionPlan.Job], from source: Source, readsAhead: Bool) {
        self.source = source
        self.jobs = jobs
        ahead =
            readsAhead && jobs.count > 1
            ? OrderedPrefetch(0..<jobs.count, capacity: 1, workers: 1) { index in Result { try source.read(jobs[index]) } } : nil
    }

    deinit { ahead?.stop() }

    /// The next case of the plan.
    ///
    /// - Throws: why it cannot be read.
    /// - Precondition: called once for each job.
    func take() throws -> PreparedCase {
        defer { next += 1 }
        guard let ahead else { return try source.read(jobs[next]) }
        guard let result = try ahead.next() else { preconditionFailure("a case was asked for after the last") }
        return try result.get()
    }
}
