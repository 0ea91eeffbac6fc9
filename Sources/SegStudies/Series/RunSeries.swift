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

    /// Scores a run's best checkpoint on a split, and keeps the result in its folder.
    ///
    /// - Parameters:
    ///   - decision: how classes follow from scores; where the validation split is to say so, it is asked, once.
    ///   - onCase: called with the number of cases done, and of all.
    /// - Throws: `StudyError` where a case cannot be scored.
    func score(
        _ folder: RunFolder, on split: Split, of configuration: RunConfiguration, subject: String,
        decision: DecisionName = .argmax, surfaces: SurfaceMeasurement = SurfaceMeasurement(.none), bootstrap: Bootstrap,
        onCase: (_ done: Int, _ of: Int) -> Void
    ) throws -> Evaluation {
        let checkpoint = try Checkpoint(contentsOf: folder.best)
        let model = try SegmentationModel(checkpoint: checkpoint, device: resources.device)
        let dataSet = try configuration.openDataSet(at: nil, keeping: checkpoint.manifest.splits)
        let cases = try dataSet.cases(of: split)
        if decision == .calibrated {
            let stored = try calibrated(model, on: dataSet, in: folder, bootstrap: bootstrap)
            // Without offsets that gain the largest score decides.
            if stored.offsets == nil, Self.isScored(folder, on: split) {
                let same = try EvaluationFile.read(folder.evaluation(of: split))
                try EvaluationFile.write(same, to: folder.evaluation(of: split, by: decision))
                return same
            }
            _ = try model.decide(.calibrated, by: folder.decision)
        }
        let result = try SplitEvaluation(model: model, cases: cases, surfaces: surfaces).run { onCase($0, cases.count) }
        // Scores of fewer cases would be compared with others of all.
        if let problem = result.problems.first {
            throw StudyError("\(result.problems.count) of \(cases.count) cases cannot be scored; the first: \(problem.message)")
        }
        let evaluation = result.evaluation(subject: subject, reference: split.rawValue, bootstrap: bootstrap)
        try EvaluationFile.write(evaluation, to: folder.evaluation(of: split, by: decision))
        return evaluation
    }

    /// The decision of a run's scores, found on its validation split where it is not stored.
    private func calibrated(
        _ model: SegmentationModel, on dataSet: DataSet, in folder: RunFolder, bootstrap: Bootstrap
    ) throws -> StoredDecision {
        if FileSystem.kind(of: folder.decision) == .file { return try DecisionFile.read(folder.decision) }
        let cases = try dataSet.cases(of: .validation)
        let calibration = try DecisionCalibration(
            [.init(model, cases: cases)], reference: Split.validation.rawValue, metric: StudyResults.primary,
            bootstrap: bootstrap)
        let stored = try calibration.run().decision
        try DecisionFile.write(stored, to: folder.decision)
        return stored
    }

    static func hasBegun(_ folder: RunFolder) -> Bool { FileSystem.kind(of: folder.configuration) == .file }

    static func isScored(_ folder: RunFolder, on split: Split, by decision: DecisionName = .argmax) -> Bool {
        FileSystem.kind(of: folder.evaluation(of: split, by: decision)) == .file
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
        func comparable(_ configuration: RunConfiguration) -> RunConfiguration {
            var configuration = configuration
            configuration.data.folder = nil
            configuration.training.stages[0].from = nil
            return configuration
        }
        guard let written else {
            throw FileError(folder.configuration, "cannot be used", reason: "it is no configuration of a run")
        }
        let changes = try ConfigurationChange.all(from: comparable(written), to: comparable(configuration))
        guard !changes.isEmpty else { return }
        let words = changes.prefix(4).map(\.description).joined(separator: ", ")
        throw StudyError(
            "\(folder.url.path) was trained with other settings than are asked for now: \(words)\(changes.count > 4 ? ", …" : ""); name "
                + "a new folder, or remove this run")
    }
}

extension RunFolder {
    /// The scores of the run's best checkpoint on a split: its own of the largest score, and beside them those of a decision.
    func evaluation(of split: Split, by decision: DecisionName) -> URL {
        decision == .argmax
            ? evaluation(of: split) : url.appending(path: "evaluation-\(split.rawValue)-\(decision.rawValue).json")
    }
}
