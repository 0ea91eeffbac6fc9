import ArgumentParser
import DataSets
import Foundation
import MarginCalibration
import SegInference
import SegMetrics
import SegReports
import SegStudies
import SegTraining
import Torch

/// Gathers what a report shows: evaluates each run, takes its margins, and reads the cases that are shown.
struct ReportMaker {
    let places: [URL]
    /// The file to be written.
    let page: OutputOption?
    let data: URL?
    let split: Split
    let objective: String?
    let bootstrap: Bootstrap
    let device: Device
    let inference: InferenceSettings
    let decision: DecisionOptions
    /// What was typed.
    let command: String

    /// A run with its weights.
    private struct Subject {
        let name: String
        let place: URL
        let manifest: Checkpoint.Manifest
        let model: SegmentationModel
    }

    func report() throws -> RunReport {
        let subjects = try zip(names, places).map { name, place in
            let checkpoint = try Checkpoint(contentsOf: RunFolder.checkpoint(at: place))
            let model = try SegmentationModel(checkpoint: checkpoint, settings: inference, device: device)
            try decision.apply(to: model, of: place)
            return Subject(name: name, place: place, manifest: checkpoint.manifest, model: model)
        }
        let configuration = subjects[0].manifest.configuration
        let scored = configuration.data.scoredClasses
        if let other = subjects.first(where: {
            let data = $0.manifest.configuration.data
            return data.classes != configuration.data.classes || data.scoredClasses != scored
        }) {
            throw ValidationError(
                "\(other.name) has other classes, another background or other regions than \(subjects[0].name): "
                    + "\(other.manifest.configuration.data.classNames.joined(separator: ", ")) there, "
                    + "\(configuration.data.classNames.joined(separator: ", ")) here; report them apart.")
        }
        let dataSet = try subjects[0].manifest.openDataSet(at: data)
        for note in dataSet.notes { Terminal.write("note: \(note)\n") }
        let cases = try dataSet.cases(of: split)
        for subject in subjects.dropFirst() { try requireSameSplit(cases, subject, as: subjects[0]) }
        try OutputOption.check(
            [page],
            inputs: try dataSet.files
                + places.flatMap { place in
                    let run = RunFolder(place)
                    return [try RunFolder.checkpoint(at: place), run.configuration, run.metrics, run.last, run.previous]
                })
        let folder = (data ?? configuration.data.folder.map { URL(filePath: $0) })?.lastPathComponent ?? "data"
        let runs = try subjects.map { try run($0, cases: cases, dataSet: dataSet, folder: folder) }
        let comparison =
            runs.count == 1
            ? nil
            : try Comparison(
                runs.map { Comparison.Method(name: $0.name, evaluations: [$0.evaluation]) },
                scores: (scored.meanScopes.map { ScoreName(.iou, $0) }
                    + scored.rowsWithoutBackground.map { ScoreName(.iou, .one($0)) })
                    .map { $0.text(rowNames: scored.rowNames) },
                bootstrap: bootstrap)
        let (pictures, browsers) = try show(CaseRanking(runs[0].evaluation), of: cases, subjects)
        return RunReport(
            dataSet: folder, part: RunReport.Part(rawValue: split.rawValue)!,  // its cases are the splits'
            runs: runs, comparison: comparison, cases: pictures, browsers: browsers, commands: commands(subjects),
            program: "marginseg \(Version.current)")
    }

    /// What one run tests another may have been trained on.
    private func requireSameSplit(_ cases: [DataCase], _ subject: Subject, as first: Subject) throws {
        guard let splits = subject.manifest.splits else { return }
        let moved = Split.allCases.filter { $0 != split }.flatMap { other in
            Set(splits[other]).intersection(cases.map(\.id)).sorted().map { "\($0) (\(other.rawValue))" }
        }
        guard moved.isEmpty else {
            throw ValidationError(
                "\(subject.name) had \(moved.count) of \(first.name)'s \(split.rawValue) cases in another split: "
                    + "\(moved.prefix(5).joined(separator: ", "))\(moved.count > 5 ? ", …" : ""); report them apart, or train both on "
                    + "one split.")
        }
    }

    /// The last part of each path, or the whole of it where two would be alike.
    private var names: [String] {
        let last = places.map { $0.deletingPathExtension().lastPathComponent }
        return Set(last).count == last.count ? last : places.map(shown)
    }

    private func run(_ subject: Subject, cases: [DataCase], dataSet: DataSet, folder: String) throws -> RunReport.Run {
        let bar = ProgressBar("evaluating \(subject.name)", total: cases.count)
        let (offsets, origin, _) = try subject.manifest.offsets(of: objective)
        let result = try SplitEvaluation(
            model: subject.model, cases: cases, surfaces: SurfaceMeasurement(.volumes), offsets: offsets
        ).run { bar.update($0) }
        bar.finish()
        guard let margins = result.margins else { preconditionFailure("margins are gathered where offsets are named") }
        let counts = Split.allCases.map { "\($0.rawValue) \(dataSet.count(of: $0))" }.joined(separator: ", ")
        let facts = RunFacts(
            subject.manifest, parameterCount: subject.model.inferer.parameterCount, data: "\(folder); cases: \(counts)")
        return RunReport.Run(
            name: subject.name, facts: facts.rows, stages: try stages(subject),
            evaluation: result.evaluation(subject: subject.name, reference: split.rawValue, bootstrap: bootstrap),
            margins: .init(bounds: margins.bounds, byClass: margins.byClass, offsetsFrom: origin),
            postProcessing: subject.model.postProcessing)
    }

    /// A checkpoint file alone has no epochs.
    private func stages(_ subject: Subject) throws -> [RunReport.Stage] {
        let epochs = try RunFolder(subject.place).epochs()
        return subject.manifest.configuration.training.stages.enumerated().map { index, stage in
            RunReport.Stage(
                name: stage.name, objective: stage.objective,
                epochs: epochs.filter { $0.stage == index + 1 }.map { epoch in
                    RunReport.Epoch(
                        trainingLoss: epoch.trainingLoss, validationLoss: epoch.validationLoss,
                        trainingMIoU: epoch.trainingMIoU,
                        validationMIoU: epoch.validation.dataset.miouForeground, isBest: epoch.isBest)
                })
        }
    }

    private func show(
        _ ranking: CaseRanking, of cases: [DataCase], _ subjects: [Subject]
    ) throws -> ([CasePicture], [SliceBrowser]) {
        var pictures: [CasePicture] = []
        var browsers: [SliceBrowser] = []
        for (index, ranked) in try ranking.studies(among: cases, models: subjects.map(\.model)).enumerated() {
            pictures.append(ranked.picture())
            if ranked.study.planeCount > 1 {
                browsers.append(
                    browser(
                        ranked, name: "slices-\(index + 1)", subjects.map(\.name),
                        classes: subjects[0].manifest.configuration.data.scoredClasses))
            }
        }
        return (pictures, browsers)
    }

    private func browser(
        _ ranked: CaseRanking.Study, name: String, _ models: [String], classes: ScoredClasses
    ) -> SliceBrowser {
        let study = ranked.study
        let content = study.content
        let side = min(max(study.size.height, study.size.width), Self.largestSlice)
        let chosen = SliceBrowser.choose(content: content, pixels: side * side)
        let fullest = chosen.indices.max { content[chosen[$0]] < content[chosen[$1]] } ?? 0
        return SliceBrowser(
            name: name, caption: "\(study.id): \(ranked.place.note).", classes: classes, planeCount: study.planeCount,
            slices: chosen.map {
                .init(number: $0 + 1, picture: ranked.picture(plane: $0).reduced(to: Self.largestSlice))
            }, models: models, first: fullest)
    }

    /// Pixels of a side; more would make the file large without showing more in a panel of this size.
    private static let largestSlice = 200

    /// What to type to get everything again, from training to this report.
    private func commands(_ subjects: [Subject]) -> [String] {
        let source = data.map { " --data \(shown($0).shellWord)" } ?? ""
        let trainings = subjects.compactMap { subject -> String? in
            let configuration = RunFolder(subject.place).configuration
            guard FileManager.default.fileExists(atPath: configuration.path) else { return nil }
            return
                "marginseg train \(shown(configuration).shellWord)\(source) --output \((shown(subject.place) + "-again").shellWord)"
        }
        let evaluations = subjects.map { "marginseg evaluate \(shown($0.place).shellWord)\(source) --split \(split.rawValue)" }
        return trainings + evaluations + [command]
    }
}
