import ArgumentParser
import DataSets
import Foundation
import MarginCalibration
import SegInference
import SegMetrics

struct BoundCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bound",
        abstract: "Show what the margins of a trained model guarantee: lower bounds of IoU and mIoU.",
        discussion: """
            For each split, in one pass over its pixels at native resolution: the rho-margin losses l_k0 and l_0k (Eq. 6), the \
            lower bounds of each IoU and of the mIoU that follow (Eqs. 7-8), and the empirical scores, which they never exceed. \
            Then, for the training split, Theorem 1's epsilon: with probability 1 - eta, the mIoU on new data is at least the \
            lower bound minus epsilon, if all that the theorem assumes holds. Each assumption is listed with whether it holds; the \
            sentence with the probability is printed only if none fails. Where the theorem makes no statement, `vacuous` is printed. \
            A case that cannot be read is left out and named, and the exit code is 2.

              marginseg bound runs/a
              marginseg bound runs/a --objective 'margin(sum=4)' --split test --json
            """)

    @Argument(
        help: ArgumentHelp(
            "A run folder (its best checkpoint), a folder of runs (their mean) or a checkpoint file.", valueName: "run|file"))
    var model: String

    @Option(help: "Folder of the data set, instead of the one the run was configured with.")
    var data: String?

    @Option(help: "One part only: train, validation or test. Default: every part that has cases.")
    var split: Split?

    @Option(
        help: ArgumentHelp(
            "Take the offsets of this objective, computed from the run's training labels.",
            discussion: "Default: those the run was trained with; margin(), the paper's, where it had none.", valueName: "expr"))
    var objective: String?

    @Option(
        help: ArgumentHelp(
            "C(Theta) of Theorem 1, the complexity of the network.",
            discussion: "The default, 0, is the value of no network and gives the smallest epsilon."))
    var complexity = 0.0

    @Option(help: "The bound of Theorem 1 holds with probability 1 - eta.")
    var eta = 0.05

    @Flag(help: "Print JSON instead of tables.")
    var json = false

    @OptionGroup var ensemble: EnsembleOptions

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var decision: DecisionOptions

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        if decision.decision == .iou {
            throw ValidationError("--decision iou compares gains, which have no margins; bound takes argmax or calibrated.")
        }
        if decision.postProcessing == .stored {
            throw ValidationError("--post-processing stored changes label maps, which have no margins then; bound takes none.")
        }
    }

    func run() throws {
        let device = try compute.prepare()
        let models = try NamedModels([model] + ensemble.others)
        let (files, checkpoints) = (models.files, try models.checkpoints())
        let checkpoint = checkpoints[0]
        let manifest = checkpoint.manifest
        let configuration = manifest.configuration
        try inference.check(configuration, of: files[0])
        let (offsets, origin, areFixed) = try manifest.offsets(of: objective)
        try GeneralizationBound.check(complexity: complexity, eta: eta)
        let dataSet = try manifest.openDataSet(at: data.map(URL.init(argument:)))
        for note in dataSet.notes { Terminal.write("note: \(note)\n") }
        let segmentation = try SegmentationModel(ensemble: checkpoints, settings: inference.settings, device: device)
        try decision.apply(to: segmentation, of: models.place)
        if let way = segmentation.way { Terminal.write("note: scores come from \(way)\n") }
        var training: TrainingBound?
        var problems: [CaseProblem] = []
        let splits = try (split.map { [$0] } ?? Split.allCases.filter { dataSet.count(of: $0) > 0 }).map { split in
            let cases = try dataSet.cases(of: split)
            try segmentation.requireUnseen(cases, split: split)
            inference.warnOfManyPasses(CaseSizes(cases, for: segmentation), of: segmentation)
            let bar = ProgressBar("gathering \(split.rawValue)", total: cases.count)
            let result = try SplitEvaluation(model: segmentation, cases: cases, offsets: offsets).run { bar.update($0) }
            bar.finish()
            guard let margins = result.margins else { preconditionFailure("margins are gathered where offsets are named") }
            problems += result.problems
            if split == .train {
                training = try TrainingBound(
                    margins, leftOut: result.problems.count, areOffsetsFixed: areFixed, complexity: complexity, eta: eta)
            }
            return BoundReport.SplitBounds(
                split, cases: cases.count - result.problems.count, classNames: configuration.data.classNames, margins)
        }
        let report = BoundReport(
            classNames: configuration.data.classNames, hasBackground: configuration.data.hasBackground, offsets: offsets,
            offsetsFrom: origin, inference: segmentation.way, splits: splits, theorem: training.map { BoundReport.Theorem($0) })
        printResult(json ? try report.json() : report.text)
        for problem in problems { Terminal.write("left out: \(problem.message)\n") }
        if !problems.isEmpty { throw ExitCode.someLeftOut }
    }
}
