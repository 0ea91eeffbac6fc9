import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import SegInference
import SegMetrics
import SegReports

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write one HTML page on a run, or on several side by side.",
        discussion: """
            The page opens without a network and prints well: scores with intervals over patients or videos, curves of the \
            training, IoU of each class and case, the confusion matrix, margins of each class with the lower bounds of Eqs. 7-8, \
            the worst, median and best case with truth, prediction and errors, and volumes slice by slice. With several runs, the \
            first is the one that the others are compared with, paired by patient or video. A case that cannot be scored is left \
            out and named, and the exit code is 2.

              marginseg report runs/a
              marginseg report runs/ce runs/margin \\
                --output comparison.html --figures figures
            """)

    @Argument(help: ArgumentHelp("Run folders (their best checkpoints) or checkpoint files.", valueName: "run|file"))
    var models: [String]

    @Option(help: "Which part: train, validation or test.")
    var split: Split = .test

    @Option(
        help: ArgumentHelp("The page.", discussion: "Default: report.html in the folder of the first run.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Also write every figure as SVG and as PNG into this folder.", valueName: "folder"))
    var figures: String?

    @Option(help: "Folder of the data set, instead of the one the first run was configured with.")
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Compare the margins with the offsets of this objective, computed from each run's training labels.",
            discussion: "Default: those a run was trained with; margin(), the paper's, where it had none.", valueName: "expr"))
    var objective: String?

    @Option(help: "Resamples of the intervals and tests.")
    var resamples = 2000

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var decision: DecisionOptions

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        if resamples < 1 { throw ValidationError("--resamples needs 1 or more, found \(resamples).") }
        if Set(models.map { URL(argument: $0) }).count < models.count { throw ValidationError("a run is named twice.") }
    }

    func run() throws {
        let places = models.map { URL(argument: $0) }
        for file in try places.map({ try RunFolder.checkpoint(at: $0) }) {
            try inference.check(Checkpoint.manifest(of: file).configuration, of: file)
        }
        let page = output.map { URL(argument: $0) } ?? Self.folder(of: places[0]).appending(path: "report.html")
        let maker = ReportMaker(
            places: places, page: OutputOption("the page", page.path), data: data.map { URL(argument: $0) }, split: split,
            objective: objective,
            bootstrap: Bootstrap(resamples: resamples), device: try compute.prepare(), inference: inference.settings,
            decision: decision,
            command: (["marginseg"] + CommandLine.arguments.dropFirst()).map(\.shellWord).joined(separator: " "))
        let results = try maker.report()
        let report = results.page
        try report.write(to: page)
        var written = [shown(page)]
        if let figures {
            let folder = URL(argument: figures)
            try FileSystem.makeFolder(folder)
            for figure in report.figures { try figure.write(into: folder) }
            written.append("\(shown(folder)): \(report.figures.count) figures, each as SVG and PNG")
        }
        printResult(written.joined(separator: "\n") + "\n")
        let problems = results.runs.flatMap { run in run.evaluation.problems.map { "left out of \(run.name): \($0.message)\n" } }
        for problem in problems { Terminal.write(problem) }
        if !problems.isEmpty { throw ExitCode.someLeftOut }
    }

    private static func folder(of place: URL) -> URL {
        FileSystem.kind(of: place) == .folder ? place : place.deletingLastPathComponent()
    }
}
