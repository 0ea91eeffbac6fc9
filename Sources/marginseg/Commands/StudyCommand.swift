import ArgumentParser
import Foundation
import SegMetrics
import SegStudies

struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Compare objectives on several data sets and seeds, from one shared pre-training each.",
        discussion: """
            A YAML file names tasks (data with their settings, as for `marginseg train`), objectives and seeds; Examples/studies/ has two \
            with comments. For each task and seed the network is pre-trained once, then every objective continues from there.

              marginseg study my-study.yaml --data DATA --output studies/mine
              marginseg study my-study.yaml --data DATA --output studies/mine --plan

            The same command resumes a study that was interrupted: runs that are trained and scored stay as they are, and the run \
            that was under way is resumed. Every training is a run folder below runs/, which `report`, `compare` and `predict` take. The tables \
            (results.md, .tex, .csv, .json) and report.html are written from what is done so far, with intervals over patients \
            or videos, the spread over seeds, and paired tests against the reference. Exit codes as of `train`: 75 for a study \
            that a signal stopped.
            """)

    @Argument(help: "The study's YAML file.")
    var file: String

    @Option(
        help: ArgumentHelp("Folder that data.folder of every task starts at, instead of the file's own.", valueName: "folder"))
    var data: String?

    @Option(help: "Folder of the study; an unfinished study there is completed.")
    var output: String

    @Flag(help: "Print the trainings that are left and how long they will take, and start none.")
    var plan = false

    @OptionGroup var studying: StudyOptions

    func run() throws {
        let study = try StudyFile(URL(argument: file), data: data.map(URL.init(argument:))).study()
        let folder = URL(argument: output)
        if plan { return printResult(try studying.plan(of: study, in: folder)) }
        let outcome = try studying.run(study, in: folder)
        let results = try StudyResults(study, in: folder, bootstrap: studying.bootstrap)
        let files = try StudyFiles(results, study: study, in: folder).write(into: folder)
        printResult(files.map { shown($0) + "\n" }.joined())
        if outcome == .stopped { throw ExitCode.stoppedAndSaved }
    }
}
