import Foundation
import MarginCalibration
import MedicalImages
import SegData
import SegMetrics

/// Scores a model on the cases of a split, one after another, so that memory holds one case.
public struct SplitEvaluation {
    /// An image picked for pictures.
    public struct Showcase {
        public let id: String
        /// Foreground mIoU of the image.
        public let score: Double
        /// The plane with the most foreground in truth and prediction, at native size.
        public let plane: Int
        public let size: PlaneSize
        /// One grey plane or three of colour, the intensities of the file.
        public let image: [[Float]]
        public let truth: [UInt8]
        public let prediction: [UInt8]
        /// Whether class 0 stays without a colour.
        public let hasBackground: Bool
    }

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
        /// One for each case with foreground, in the order of the cases.
        public let showcases: [Showcase]
        /// What reading the label files decided, a line each.
        public let notes: [String]
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
        let reader = try CaseReader(model.recipe, channels: model.network.channelCount)
        let evaluator = Evaluator(model)
        var store = ConfusionStore(classCount: classes.count)
        var networkSize = NetworkSizeScores(classCount: classes.count)
        var collector = SurfaceCollector(surfaces, of: scored)
        var margins = offsets.map { GatheredMargins(of: model, offsets: $0) }
        var showcases: [Showcase] = []
        var notes = LabelNotes()
        var problems: [CaseProblem] = []
        var firstError: (any Error)?
        for (index, dataCase) in cases.enumerated() {
            let prepared: PreparedCase
            let truth: [UInt8]
            do {
                (prepared, truth) = try read(dataCase, by: reader)
                notes.add(prepared.labelNotes, of: prepared.id)
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
                geometry: prepared.geometry)
            if let predictions {
                try PredictionFile.write(
                    predicted, values: model.configuration.data.writtenValues, like: prepared, to: predictions.jobs[index].output)
            }
            if let showcase = showcase(prepared, predicted, store) { showcases.append(showcase) }
            onCase(index + 1)
        }
        if store.entries.isEmpty, let firstError { throw firstError }
        return Result(
            store: store, summary: MetricSummary(store, classes: scored), networkStore: networkSize.store,
            calibration: networkSize.calibration, surfaces: collector.store, margins: margins, showcases: showcases,
            notes: notes.lines, problems: problems)
    }

    private func read(_ dataCase: DataCase, by reader: CaseReader) throws -> (PreparedCase, truth: [UInt8]) {
        let prepared = try reader.read(dataCase)
        try prepared.requireChannels(model.network.channelCount, path: dataCase.images[0].path)
        guard let truth = prepared.labels else { throw CaseError.noLabel(path: prepared.id) }
        return (prepared, truth)
    }

    private func showcase(_ prepared: PreparedCase, _ predicted: [UInt8], _ store: ConfusionStore) -> Showcase? {
        guard let truth = prepared.labels else { return nil }
        let axis = model.recipe.axis
        let extent = prepared.extent
        // Its planes are the last that were counted; the store's own cases may join several images of a patient.
        let planes = store.entries.suffix(axis.planeCount(of: extent))
        let matrix = planes.reduce(into: ConfusionMatrix(classCount: store.classCount)) { $0 += $1.matrix }
        let labels = model.recipe.labels
        func foreground(_ plane: Int) -> Int {
            zip(axis.plane(plane, of: truth, extent: extent), axis.plane(plane, of: predicted, extent: extent))
                .count { labels.isForeground($0) || labels.isForeground($1) }
        }
        guard let plane = (0..<axis.planeCount(of: extent)).max(by: { foreground($0) < foreground($1) }), foreground(plane) > 0,
            let score = ScoreSet(averaging: [matrix], of: model.configuration.data.scoredClasses, rule: .one).miouForeground
        else { return nil }
        return Showcase(
            id: prepared.id, score: score, plane: plane, size: axis.planeSize(of: extent),
            image: prepared.pictured(plane: plane, axis: axis),
            truth: axis.plane(plane, of: truth, extent: extent), prediction: axis.plane(plane, of: predicted, extent: extent),
            hasBackground: labels.hasBackground)
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
                networkStore, classes: classes, rule: rule, bootstrap: bootstrap, calibration: calibration), problems: problems)
    }

    /// The worst, the median and the best case by foreground mIoU, fewer where there are fewer.
    public var chosenCases: [SplitEvaluation.Showcase] {
        let sorted = showcases.sorted { $0.score < $1.score }
        var places: [Int] = []
        for place in [0, sorted.count / 2, sorted.count - 1] where sorted.indices.contains(place) && !places.contains(place) {
            places.append(place)
        }
        return places.map { sorted[$0] }
    }
}
