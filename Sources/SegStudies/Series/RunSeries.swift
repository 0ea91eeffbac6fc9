import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegMetrics
import SegTraining
import Yams

/// Makes the runs of a series, such as a study or a cross-validation, one by one: begins what is not there, goes on with what was cut
/// off, and leaves alone what is done.
struct RunSeries {
    let resources: TrainingResources
    let shouldStop: () -> Bool

    /// Trains a run to its end.
    ///
    /// - Parameter splits: those that stand for all runs of the series; nil: what the configuration draws.
    /// - Throws: errors of data, configuration and files.
    func train(
        _ configuration: RunConfiguration, in folder: RunFolder, keeping splits: CaseSplits?,
        observe: @escaping (TrainingEvent) -> Void
    ) throws -> Trainer.Outcome {
        guard Self.hasBegun(folder) else {
            return try Trainer(
                configuration, dataSet: configuration.openDataSet(at: nil, keeping: splits), folder: folder, resources: resources,
                shouldStop: shouldStop, observe: observe
            ).run()
        }
        let saved = try SavedRun(folder)
        return try Trainer(
            continuing: saved, with: saved.configuration,
            dataSet: configuration.openDataSet(at: nil, keeping: saved.splits), resources: resources, shouldStop: shouldStop,
            observe: observe
        ).run()
    }

    /// Scores a run's best checkpoint on a split, the way that is the run's own, and keeps the result in its folder.
    ///
    /// - Parameter onCase: called with the number of cases done, and of all.
    /// - Throws: `StudyError` where a case cannot be scored.
    func score(
        _ folder: RunFolder, on split: Split, of configuration: RunConfiguration, subject: String,
        surfaces: SurfaceMeasurement = SurfaceMeasurement(.none), bootstrap: Bootstrap, onCase: (_ done: Int, _ of: Int) -> Void
    ) throws -> Evaluation {
        let checkpoint = try Checkpoint(contentsOf: folder.best)
        let model = try SegmentationModel(checkpoint: checkpoint, device: resources.device)
        let cases = try configuration.openDataSet(at: nil, keeping: checkpoint.manifest.splits).cases(of: split)
        let result = try SplitEvaluation(model: model, cases: cases, surfaces: surfaces).run { onCase($0, cases.count) }
        // Scores of fewer cases would be compared with others of all.
        if let problem = result.problems.first {
            throw StudyError("\(result.problems.count) of \(cases.count) cases cannot be scored; the first: \(problem.message)")
        }
        let evaluation = result.evaluation(subject: subject, reference: split.rawValue, bootstrap: bootstrap)
        try EvaluationFile.write(evaluation, to: folder.evaluation(of: split))
        return evaluation
    }

    static func hasBegun(_ folder: RunFolder) -> Bool { FileSystem.kind(of: folder.configuration) == .file }

    static func isScored(_ folder: RunFolder, on split: Split) -> Bool {
        FileSystem.kind(of: folder.evaluation(of: split)) == .file
    }

    /// Whether a run that has begun is trained to its end.
    ///
    /// - Throws: as `SavedRun`.
    static func isTrained(_ folder: RunFolder) throws -> Bool { try hasBegun(folder) && SavedRun(folder).isFinished }

    /// A run of the same name that was trained otherwise would answer another question.
    ///
    /// - Throws: `StudyError`.
    static func requireSame(_ folder: RunFolder, as configuration: RunConfiguration) throws {
        let text = String(decoding: try FileSystem.read(folder.configuration), as: UTF8.self)
        let written = try? YAMLDecoder().decode(RunConfiguration.self, from: text)
        /// Folders may have moved.
        func comparable(_ configuration: RunConfiguration?) -> RunConfiguration? {
            var configuration = configuration
            configuration?.data.folder = nil
            configuration?.training.stages[0].from = nil
            return configuration
        }
        guard comparable(written) == comparable(configuration) else {
            throw StudyError(
                "\(folder.url.path) was trained with other settings than are asked for now; name a new folder, or remove this run"
            )
        }
    }
}
