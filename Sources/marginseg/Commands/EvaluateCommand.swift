import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import Sampling
import SegConfiguration
import SegInference
import SegMetrics
import SegReports
import SegStudies

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a model on a split of its data set, or any program's label files against masks.",
        discussion: """
            Prints IoU, Dice, recall and precision of each class over all pixels (one confusion matrix, as in the paper), the means \
            per case, 95 % intervals over patients or videos, and for volumes surface distances in mm. A run's scores on its own cases are \
            kept in its folder as evaluation-SPLIT.json, which `marginseg compare` reads.

              marginseg evaluate runs/a
              marginseg evaluate runs/a --each
              marginseg evaluate --predictions out/ --masks labels/ --config my.yaml

            Predictions and masks belong together by name; masks without a prediction, predictions without a mask, files on different \
            grids and label values of no class are reported and left out. Exit codes: 0 all scored, 2 cases were left out, 1 failed, 64 \
            wrong usage.
            """)

    @Argument(
        help: ArgumentHelp(
            "A run folder (its best checkpoint), a folder of runs (their mean) or a checkpoint file.", valueName: "run|file"))
    var model: String?

    @Option(help: "Folder of the data set, instead of the one the run was configured with.")
    var data: String?

    @Option(help: "Which part: train, validation or test.")
    var split: Split = .test

    @Option(help: ArgumentHelp("Score the label files of this folder instead of a run.", valueName: "folder"))
    var predictions: String?

    @Option(help: ArgumentHelp("The masks that --predictions are compared with.", valueName: "folder"))
    var masks: String?

    @Option(
        help: ArgumentHelp(
            "With --predictions: the values of each class; 'ignore' takes no part.",
            discussion: "Default: values 0, 1, 2, … are classes.", valueName: "name=value|value,…"),
        transform: ClassMap.init(argument:))
    var classes: ClassMap?

    @Option(
        help: ArgumentHelp(
            "With --predictions: the class that is the background, or 'none'.",
            discussion: "Default: as the configuration says, or the first.", valueName: "name|none"))
    var background: String?

    @Option(
        help: ArgumentHelp("With --predictions: take classes, regions and label grid from this configuration.", valueName: "file")
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "With --predictions: own compares where the voxels lie; fromImage trusts the predictions' headers alone.",
            discussion: "For masks whose headers were lost: voxels are compared one by one where the sizes agree.",
            valueName: "own|fromImage"))
    var labelGrid: LabelGrid?

    @Option(
        help: ArgumentHelp(
            "With --predictions: a table of files and their patients or videos (CSV: file,group).", valueName: "file"))
    var groups: String?

    @Flag(inversion: .prefixedNo, help: "Measure surface distances. Default: for volumes only.")
    var surface: Bool?

    @Option(help: ArgumentHelp("Tolerance of the surface Dice, in mm (pixels for images without spacing).", valueName: "mm"))
    var tolerance = 1.0

    @Option(help: "A class absent from truth and prediction: one (IoU and Dice 1, the paper's) or skip (left out).")
    var emptyRule: EmptyRule = .one

    @Option(help: "Resamples of the intervals.")
    var resamples = 2000

    @Option(help: "Seed of the intervals.")
    var seed: UInt64 = 0

    @Flag(help: "Print everything as JSON, with the counts of every image.")
    var json = false

    @Flag(help: "Print a comma-separated table of every case and class.")
    var csv = false

    @Option(help: ArgumentHelp("Keep the evaluation as JSON in this file.", valueName: "file"))
    var save: String?

    @Option(help: ArgumentHelp("Also write the run's predictions as label files into this folder.", valueName: "folder"))
    var savePredictions: String?

    @Flag(help: "With --save-predictions: replace label files that exist.")
    var overwrite = false

    @Option(
        help: ArgumentHelp(
            "Also draw the run's worst, median and best case into this PNG file: image, truth, prediction, errors.",
            valueName: "file"))
    var overlay: String?

    @Flag(
        help: ArgumentHelp(
            "Compare the ways to predict with a run, instead of scoring one: each decision, with and without mirroring.",
            discussion: """
                A row for each way: its mean IoU, the difference to the plain way with its interval, and seconds a case without reading \
                it. Mirroring is along the axes of training's augmentation, or --mirror; decisions are those of marginseg calibrate.
                """))
    var each = false

    @OptionGroup var ensemble: EnsembleOptions

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var decision: DecisionOptions

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    @OptionGroup var numbers: PrecisionOptions

    func validate() throws {
        guard (model == nil) != (predictions == nil) else {
            throw ValidationError("Name either a run, or --predictions with --masks.")
        }
        guard (predictions == nil) == (masks == nil) else { throw ValidationError("--predictions and --masks go together.") }
        if predictions == nil {
            guard classes == nil, config == nil, groups == nil, labelGrid == nil, background == nil else {
                throw ValidationError(
                    "--classes, --background, --config, --label-grid and --groups belong to --predictions; a run knows its own.")
            }
        } else {
            guard data == nil, savePredictions == nil, overlay == nil else {
                throw ValidationError("--data, --save-predictions and --overlay belong to a run.")
            }
        }
        if overwrite, savePredictions == nil { throw ValidationError("--overwrite belongs to --save-predictions.") }
        guard classes == nil || config == nil else { throw ValidationError("Name the classes by --classes or by --config.") }
        guard !(json && csv) else { throw ValidationError("Choose --json or --csv.") }
        guard tolerance >= 0, tolerance.isFinite else {
            throw ValidationError("--tolerance needs 0 or more, found \(tolerance).")
        }
        if each {
            guard model != nil else { throw ValidationError("--each belongs to a run.") }
            let isOfOne = decision.decision != nil || decision.postProcessing != nil
            guard !isOfOne, !csv, save == nil, savePredictions == nil, overlay == nil else {
                throw ValidationError(
                    "--each prints a table of all ways; --decision, --post-processing, --csv, --save, --save-predictions and "
                        + "--overlay are of one.")
            }
        }
        guard resamples > 0 else { throw ValidationError("--resamples needs 1 or more, found \(resamples).") }
    }

    func run() throws {
        if each, let model { return try evaluateEach(run: model) }
        let outcome = if let model { try evaluate(run: model) } else { try evaluateFolder(predictions ?? "", masks: masks ?? "") }
        let evaluation = outcome.evaluation
        if json {
            printResult(try EvaluationFile.json(evaluation))
        } else if csv {
            printResult(evaluation.csv)
        } else {
            printResult(EvaluationReport(evaluation).text)
        }
        for problem in evaluation.problems { Terminal.write("left out: \(problem.message)\n") }
        // The results are printed first, whatever becomes of the files.
        if let file = outcome.keptIn {
            try EvaluationFile.write(evaluation, to: file)
            if !json, !csv { printResult("\nKept in \(shown(file)).\n") }
        }
        if let overlay { try outcome.draw(URL(argument: overlay)) }
        if !evaluation.problems.isEmpty { throw ExitCode.someLeftOut }
    }

    private struct Outcome {
        let evaluation: Evaluation
        /// The file for the evaluation as JSON; nil for none.
        let keptIn: URL?
        /// Draws the worst, the median and the best case.
        var draw: (URL) throws -> Void = { _ in }
    }

    var bootstrap: Bootstrap { Bootstrap(resamples: resamples, seed: seed) }

    private var surfaces: SurfaceMeasurement {
        let scope: SurfaceMeasurement.Scope = surface.map { $0 ? .all : .none } ?? .volumes
        return SurfaceMeasurement(scope, tolerance: tolerance)
    }

    private func evaluate(run: String) throws -> Outcome {
        let device = try compute.prepare()
        let models = try NamedModels([run] + ensemble.others)
        let (place, files, checkpoints) = (models.place, models.files, try models.checkpoints())
        let checkpoint = checkpoints[0]
        try inference.check(checkpoint.manifest.configuration, of: files[0])
        let dataSet = try checkpoint.manifest.openDataSet(at: data.map(URL.init(argument:)))
        for note in dataSet.notes { Terminal.write("note: \(note)\n") }
        let cases = try dataSet.cases(of: split)
        let plan = try savePredictions.map {
            try PredictionPlan(cases, folder: URL(argument: $0), overwrite: overwrite, reading: dataSet.files + files)
        }
        try OutputOption.check(
            [OutputOption("--save", save), OutputOption("--overlay", overlay)], inputs: dataSet.files + files,
            beside: plan?.jobs.map { .init($0.output, of: "--save-predictions") } ?? [])
        models.tellSelection()
        let model = try SegmentationModel(
            ensemble: checkpoints, settings: inference.settings(over: models.selection), device: device,
            execution: network.execution,
            precision: numbers.precision)
        try model.requireUnseen(cases, split: split)
        if checkpoints.contains(where: { $0.manifest.splits == nil }) {
            Terminal.write("note: which cases the model was trained with is not known; scores of those would be too good\n")
        }
        try decision.apply(to: model, of: place, over: models.selection)
        // The run's own scores are those of its own cases.
        let areOwnCases = data == nil || checkpoint.manifest.splits?[split] == cases.map(\.id)
        let isOwnWay = model.isOwnWay && numbers.precision == .float32
        try requirePlace(ofOwn: areOwnCases && isOwnWay ? RunFolder.of(files[0])?.evaluation(of: split) : nil)
        inference.warnOfManyPasses(CaseSizes(cases, for: model), of: model)
        let bar = ProgressBar("evaluating \(split.rawValue)", total: cases.count)
        let result = try SplitEvaluation(model: model, cases: cases, predictions: plan, surfaces: surfaces).run { bar.update($0) }
        bar.finish()
        for note in result.notes { Terminal.write("note: \(note)\n") }
        let isRun = files[0] == RunFolder(place).best
        if isRun, !areOwnCases || !isOwnWay, save == nil {
            let kept =
                areOwnCases
                ? "made in the usual way, in float32, by itself, by the largest score, without post-processing"
                : "of its own cases"
            Terminal.write("note: \(shown(place)) keeps scores \(kept) alone; --save keeps these\n")
        }
        let evaluation = result.evaluation(
            subject: shown(place), reference: split.rawValue, rule: emptyRule, bootstrap: bootstrap)
        return Outcome(
            evaluation: evaluation,
            keptIn: save.map(URL.init(argument:))
                ?? (isRun && areOwnCases && isOwnWay ? RunFolder(place).evaluation(of: split) : nil),
            draw: { url in
                let ranked = try CaseRanking(evaluation).studies(among: cases, models: [model])
                guard !ranked.isEmpty else {
                    throw FileError(url, "cannot be drawn", reason: "no case has foreground in truth or prediction")
                }
                try OverlaySheet(ranked.map { $0.picture().overlays[0] }).write(to: url)
            })
    }

    /// Refuses to put other scores where a run keeps its own, which comparisons and reports would take for them.
    ///
    /// - Parameter own: the file that these scores belong into; nil for none.
    private func requirePlace(ofOwn own: URL?) throws {
        guard let save else { return }
        let file = URL(argument: save)
        let run = RunFolder(file.deletingLastPathComponent())
        let path = FileSystem.resolvedPath(file)
        guard FileSystem.kind(of: run.best) == .file,
            Split.allCases.contains(where: { FileSystem.resolvedPath(run.evaluation(of: $0)) == path }),
            own.map(FileSystem.resolvedPath) != path
        else { return }
        throw FileError(
            file, "cannot take these scores",
            reason:
                "there the run keeps its own: of its cases of that split, in the usual way, in float32, by itself; name another file"
        )
    }

    private func evaluateFolder(_ predictions: String, masks: String) throws -> Outcome {
        let (found, expected) = (URL(argument: predictions), URL(argument: masks))
        try requirePlace(ofOwn: nil)
        if let save = OutputOption("--save", save) {
            let read =
                try [found, expected].flatMap { try FileSystem.list($0) }
                + [config, groups].compactMap(\.self).map(URL.init(argument:))
            try OutputOption.check([save], inputs: read)
        }
        let data = try dataConfiguration(masks: expected)
        let evaluation = try FolderEvaluation(
            predictions: found, masks: expected, map: data.labelMap, classes: data.scoredClasses,
            groups: groups.map { try GroupTable(URL(argument: $0)).groups } ?? [:], surfaces: surfaces,
            grid: labelGrid ?? data.labelGrid)
        let bar = ProgressBar("evaluating \(shown(found))", total: evaluation.caseCount)
        let result = try evaluation.run { bar.update($0) }
        bar.finish()
        for note in result.notes { Terminal.write("note: \(note)\n") }
        guard !result.store.entries.isEmpty else {
            for problem in result.problems { Terminal.write("left out: \(problem.message)\n") }
            throw FileError(found, "cannot be scored", reason: "no label file has a mask that it can be compared with")
        }
        return Outcome(
            evaluation: Evaluation(
                program: "marginseg \(Version.current)", subject: shown(found), reference: shown(expected),
                classes: data.scoredClasses,
                native: ResolutionScores(
                    result.store, classes: data.scoredClasses, rule: emptyRule, bootstrap: bootstrap,
                    surfaces: result.surfaces), problems: result.problems),
            keptIn: save.map(URL.init(argument:)))
    }

    /// The classes as named, as configured, or as the masks' values say.
    private func dataConfiguration(masks: URL) throws -> DataConfiguration {
        var data = try ConfigurationReader(file: config.map(URL.init(argument:))).configuration().data
        if config == nil {
            data.classes =
                try classes?.classes
                ?? ClassProposal.classes(ofMasksIn: masks) { if background == nil { Terminal.write("note: \($0)\n") } }
            data.ignoredValues = classes?.ignoredValues ?? []
        }
        if let background { try data.setBackground(background) }
        return data
    }
}

extension Split: ExpressibleByArgument {}
extension EmptyRule: ExpressibleByArgument {}
extension LabelGrid: ExpressibleByArgument {}
