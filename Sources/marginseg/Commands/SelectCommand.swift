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

    @OptionGroup var search: SearchOptions

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    func validate() throws {
        guard inference.window == nil, inference.step == nil else {
            throw ValidationError("what select stores is for the usual windows; leave out --window and --step.")
        }
    }

    func run() throws {
        let place = URL(argument: folder)
        let device = try compute.prepare()
        let selection = try ConfigurationSelection(
            in: place, data: data.map(URL.init(argument:)), metric: search.metric, settings: inference.settings, device: device,
            execution: network.execution, bootstrap: search.bootstrap)
        let bar = ProgressBar("selecting", total: selection.caseCount)
        let result = try selection.run { bar.update($0 * selection.caseCount / max($1, 1)) }
        bar.finish()
        for note in result.notes { Terminal.write("note: \(note)\n") }
        // The choice comes last: where it is, the decision that it names is there.
        try DecisionFile.write(result.decision, to: DecisionFile.url(of: place))
        try result.selection.write(to: place)
        let file = Selection.url(of: place)
        printResult(
            search.json
                ? try String(decoding: FileSystem.read(file), as: UTF8.self)
                : SelectionReport(result.selection, subject: shown(place), file: shown(file)).text)
        for problem in result.problems { Terminal.write("left out: \(problem.message)\n") }
        if !result.problems.isEmpty { throw ExitCode.someLeftOut }
    }
}
