import ArgumentParser
import DurableFiles
import Foundation
import SegData
import SegMetrics
import SegReports
import SegTraining

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a model on a split of its data set, at the images' native resolution.",
        discussion: """
            Prints IoU, Dice, recall and precision of each class over the whole split (one confusion matrix, as the paper), and \
            the means per case. With --json, everything as JSON: every variant under its name, with the counts of empty \
            classes. A class that is absent from truth and prediction has IoU 1 (the paper's convention).
            """)

    @Argument(help: ArgumentHelp("A run folder (its best checkpoint) or a checkpoint file.", valueName: "run|file"))
    var model: String

    @Option(help: "Folder of the data set, instead of the one the run was configured with.")
    var data: String?

    @Option(help: "Which part: train, validation or test.")
    var split: Split = .test

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @Option(help: ArgumentHelp("Also write the predictions as label files into this folder.", valueName: "folder"))
    var predictions: String?

    @Option(
        help: ArgumentHelp(
            "Also draw the worst, median and best case into this PNG file: image, truth, prediction, errors.", valueName: "file"))
    var overlay: String?

    @OptionGroup var compute: ComputeOptions

    func run() throws {
        let device = try compute.prepare()
        let checkpoint = try Checkpoint(contentsOf: RunFolder.checkpoint(at: URL(argument: model)))
        let configuration = checkpoint.manifest.configuration
        let dataSet = try configuration.openDataSet(at: data.map(URL.init(argument:)))
        let cases = try dataSet.cases(of: split)
        for note in dataSet.notes { Terminal.write("note: \(note)\n") }
        let evaluation = try SplitEvaluation(
            model: SegmentationModel(checkpoint: checkpoint, device: device), cases: cases,
            predictionFolder: predictions.map(URL.init(argument:)))
        let bar = ProgressBar("evaluating \(split.rawValue)", total: cases.count)
        let result = try evaluation.run { bar.update($0) }
        bar.finish()
        if let overlay {
            try OverlaySheet(result.chosenCases.map(\.panel)).write(to: URL(argument: overlay))
        }
        printResult(
            json
                ? try result.summary.json()
                : ScoreTable(result.summary, caption: "\(split.rawValue): \(cases.count) cases, native resolution").text)
    }
}

extension Split: ExpressibleByArgument {}
