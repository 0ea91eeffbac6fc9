import DataSets
import Foundation
import MarginCalibration
import MedicalImages
import Sampling
import SegMetrics

/// Scores a model on the cases of a split, one after another, so that memory holds one case.
public struct SplitEvaluation {
    public struct Result {
        /// The counts at native resolution.
        public let store: ConfusionStore
        public let summary: MetricSummary
        /// The counts at the size that the network sees.
        public let networkStore: ConfusionStore
        /// Of the probabilities at the size that the network sees.
        public let calibration: Calibration
        /// Nil where no case was measured.
        public let surfaces: SurfaceStore?
        /// Nil where no offsets were named.
        public let margins: GatheredMargins?
        /// What reading the files decided, and scans unlike those of the training, a line each.
        public let notes: [String]
        /// The checkpoint's checksum; nil for a network in training, and where there is none.
        public let weights: String?
        /// How scores were made; nil for one network on whole inputs.
        public let way: String?
        /// Cases that take no part, and why.
        public var problems: [CaseProblem] = []
    }

    let model: SegmentationModel
    let cases: [DataCase]
    let predictions: PredictionPlan?
    let surfaces: SurfaceMeasurement
    let offsets: MarginOffsets?

    /// - Parameters:
    ///   - predictions: the label files that keep the predictions, made of these cases.
    ///   - offsets: what the margins are held against; nil: no margins are gathered.
    public init(
        model: SegmentationModel, cases: [DataCase], predictions: PredictionPlan? = nil,
        surfaces: SurfaceMeasurement = SurfaceMeasurement(.none), offsets: MarginOffsets? = nil
    ) {
        self.model = model
        self.cases = cases
        self.predictions = predictions
        self.surfaces = surfaces
        self.offsets = offsets
    }

    /// A case that cannot be read, does not fit the model or has no labels takes no part and is told.
    ///
    /// - Parameter onCase: called with the number of cases done.
    /// - Throws: `ScoresNotFinite`, `SurfaceUnitError`; `FileError` for a prediction that cannot be written; where no case can be
    ///   scored, what is wrong with the first.
    /// - Precondition: offsets for the model's classes.
    public func run(onCase: (Int) -> Void = { _ in }) throws -> Result {
        let classes = model.configuration.data.classes
        let scored = model.configuration.data.scoredClasses
        try predictions?.makeFolder()
        let evaluator = Evaluator(model)
        var store = ConfusionStore(classCount: classes.count)
        var networkSize = NetworkSizeScores(classCount: classes.count)
        var collector = SurfaceCollector(surfaces, of: scored)
        var margins = offsets.map { GatheredMargins(of: model, offsets: $0) }
        var notes = CaseNotes()
        var problems: [CaseProblem] = []
        var firstError: (any Error)?
        for (index, dataCase) in cases.enumerated() {
            let prepared: PreparedCase
            let truth: [UInt8]
            do {
                (prepared, truth) = try model.readLabelled(dataCase)
                notes.add(prepared.labelNotes, of: prepared.id)
                notes.add(model.remarks(on: prepared), of: prepared.id)
            } catch {
                firstError = firstError ?? error
                problems.append(CaseProblem(caseID: dataCase.id, error))
                onCase(index + 1)
                continue
            }
            let predicted = try evaluator.evaluate(prepared, into: &store) { planes in
                try networkSize.add(planes)
                try margins?.add(planes)
            }
            try collector.add(
                group: prepared.group, case: prepared.id, truth: truth, prediction: predicted, extent: prepared.extent,
                geometry: prepared.grid.geometry)
            if let predictions {
                try PredictionFile.write(
                    predicted, LabelLegend(model.configuration.data), like: prepared, to: predictions.jobs[index].output)
            }
            onCase(index + 1)
        }
        if store.entries.isEmpty, let firstError { throw firstError }
        return Result(
            store: store, summary: MetricSummary(store, classes: scored), networkStore: networkSize.store,
            calibration: networkSize.calibration, surfaces: collector.store, margins: margins,
            notes: notes.lines, weights: model.checksum, way: model.way, problems: problems)
    }
}

extension SplitEvaluation.Result {
    /// Every score with its interval, for tables, reports and comparisons.
    ///
    /// - Parameters:
    ///   - subject: what was scored, as messages name it.
    ///   - reference: what it was scored on.
    ///   - rule: how a class that is empty in truth and prediction counts.
    public func evaluation(
        subject: String, reference: String, rule: EmptyRule = .one, bootstrap: Bootstrap = Bootstrap()
    ) -> Evaluation {
        let classes = summary.classes
        return Evaluation(
            program: "marginseg \(Version.current)", subject: subject, reference: reference, classes: classes,
            native: ResolutionScores(store, classes: classes, rule: rule, bootstrap: bootstrap, surfaces: surfaces),
            network: ResolutionScores(
                networkStore, classes: classes, rule: rule, bootstrap: bootstrap, calibration: calibration), weights: weights,
            inference: way,
            problems: problems)
    }
}
