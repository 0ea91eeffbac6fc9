import ArgumentParser
import DurableFiles
import Foundation
import SegInference
import SegMetrics

struct SelectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "select",
        abstract: "Choose the best of cross-validated configurations, their pairs, decisions and post-processing.",
        discussion: """
            The folder holds cross-validations of one data set, such as plan (volumes) and plan-2d (planes). Every patient is \
            predicted by the models that have not seen it: by each configuration, and by each pair as the mean of their probabilities. \
            For each of these, offsets that raise the IoU and steps of post-processing are found as by marginseg calibrate.

              marginseg cross-validate DATA
              marginseg cross-validate DATA --plan plans/DATA/plan-2d.yaml
              marginseg select runs/DATA
              marginseg predict scans/ --model runs/DATA

            The best by the metric is chosen; of those within a tenth of a point of it, the one with the fewest networks. A value with \
            offsets is that of the largest score plus what the offsets gain on patients that they were not found on. The choice is kept \
            in selection.json, with every candidate, and decision.json. predict and evaluate then need the folder alone; options that \
            are named there stand over the choice.

            Exit codes: 0 done, 2 cases were left out, 1 failed, 64 wrong usage.
            """)

    @Argument(help: "Folder of cross-validations, such as runs/NAME, or of one.")
    var folder: String

    @Option(help: "Folder of the data set, instead of the one the runs were configured with.")
    var data: String?

    @Option(
        help: ArgumentHelp(
            "What is to be largest: miou_foreground, miou_all, dice_foreground, dice_all, or the IoU or Dice of one class.",
            valueName: "name|iou:class"))
    var metric = MetricName.miouForeground.rawValue

    @Option(help: "Resamples of the intervals.")
    var resamples = 2000

    @Option(help: "Seed of the parts and the intervals.")
    var seed: UInt64 = 0

    @Flag(help: "Print what is stored, as JSON.")
    var json = false

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    func validate() throws {
        guard resamples > 0 else { throw ValidationError("--resamples needs 1 or more, found \(resamples).") }
        guard inference.window == nil, inference.step == nil else {
            throw ValidationError("what select stores is for the usual windows; leave out --window and --step.")
        }
    }

    func run() throws {
        let place = URL(argument: folder)
        let device = try compute.prepare()
        let search = try ConfigurationSelection(
            in: place, data: data.map(URL.init(argument:)), metric: metric, settings: inference.settings, device: device,
            execution: network.execution, bootstrap: Bootstrap(resamples: resamples, seed: seed))
        let bar = ProgressBar("selecting", total: search.caseCount)
        let result = try search.run { bar.update($0 * search.caseCount / max($1, 1)) }
        bar.finish()
        for note in result.notes { Terminal.write("note: \(note)\n") }
        // The choice comes last: where it is, the decision that it names is there.
        try DecisionFile.write(result.decision, to: DecisionFile.url(of: place))
        try result.selection.write(to: place)
        let file = Selection.url(of: place)
        printResult(
            json
                ? try String(decoding: FileSystem.read(file), as: UTF8.self)
                : SelectionReport(result.selection, subject: shown(place), file: shown(file)).text)
        for problem in result.problems { Terminal.write("left out: \(problem.message)\n") }
        if !result.problems.isEmpty { throw ExitCode.someLeftOut }
    }
}
