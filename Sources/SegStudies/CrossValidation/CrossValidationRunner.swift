import DataSets
import DurableFiles
import Foundation
import SegInference
import SegMetrics
import SegTraining

/// Trains the folds of a cross-validation one after another and scores each on the patients that it has not seen, leaving out what is
/// done and going on with what was cut off.
public struct CrossValidationRunner {
    public enum Outcome: Sendable, Equatable {
        case finished
        /// Asked to stop; what was under way is saved.
        case stopped
    }

    /// What is told to whoever watches it.
    public enum Event: Sendable {
        /// A fold begins or goes on.
        case began(CrossValidation.Fold)
        case training(TrainingEvent)
        case scoring(done: Int, of: Int)
        case scored(CrossValidation.Fold, Evaluation)
    }

    private let validation: CrossValidation
    private let series: RunSeries
    private let bootstrap: Bootstrap
    private let observe: (Event) -> Void

    /// - Parameter bootstrap: of each fold's own intervals.
    public init(
        _ validation: CrossValidation, resources: TrainingResources, bootstrap: Bootstrap = Bootstrap(),
        shouldStop: @escaping () -> Bool = { false }, observe: @escaping (Event) -> Void = { _ in }
    ) {
        self.validation = validation
        series = RunSeries(resources: resources, shouldStop: shouldStop)
        self.bootstrap = bootstrap
        self.observe = observe
    }

    /// Trains and scores what is left.
    ///
    /// - Parameter only: the numbers of the folds to train, for machines that share them; nil: all.
    /// - Throws: errors of data, configuration and files; `StudyError` where a run in the folder was made otherwise, where the data
    ///   set has other cases than it had for an earlier fold, and where a case cannot be scored.
    public func run(only: Set<Int>? = nil) throws -> Outcome {
        try FileSystem.makeFolder(validation.folder)
        try requireOneSeries()
        for fold in validation.folds where only?.contains(fold.number) ?? true {
            guard !RunSeries.isScored(fold.folder, on: .validation) else { continue }
            if series.shouldStop() { return .stopped }
            try RunSeries.requireSameCases(fold.folder, fold.configuration, as: validation.folds.map(\.folder))
            observe(.began(fold))
            let outcome = try series.train(fold.configuration, in: fold.folder, keeping: nil) { observe(.training($0)) }
            guard outcome == .finished else { return .stopped }
            let scores = try series.score(
                fold.folder, on: .validation, of: fold.configuration, subject: fold.folder.url.lastPathComponent,
                surfaces: SurfaceMeasurement(.volumes), bootstrap: bootstrap
            ) { observe(.scoring(done: $0, of: $1)) }
            observe(.scored(fold, scores))
        }
        return .finished
    }

    /// The scores of each fold on the patients that it has not seen; nil until all folds have them.
    ///
    /// - Throws: `FileError` for scores that cannot be read.
    public func foldScores() throws -> [Evaluation]? {
        guard validation.folds.allSatisfy({ RunSeries.isScored($0.folder, on: .validation) }) else { return nil }
        return try validation.folds.map { try EvaluationFile.read($0.folder.url, split: .validation) }
    }

    /// What other machines train is of this cross-validation too.
    private func requireOneSeries() throws {
        for fold in validation.folds where RunSeries.hasBegun(fold.folder) {
            try RunSeries.requireSame(fold.folder, as: fold.configuration)
        }
        let own = Set(validation.folds.map(\.folder.url.lastPathComponent))
        let strange = try FileSystem.list(validation.folder).filter {
            $0.lastPathComponent.hasPrefix("fold-") && !own.contains($0.lastPathComponent) && RunSeries.hasBegun(RunFolder($0))
        }
        if let first = strange.first {
            throw StudyError(
                "\(first.path) is of a cross-validation with more folds than the \(validation.folds.count) asked for now; name a new folder, "
                    + "or remove it")
        }
    }
}
