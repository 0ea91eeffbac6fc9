import ArgumentParser
import DurableFiles
import Foundation
import SegMetrics
import SegStudies

struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Compare objectives on several data sets and seeds, from one shared pre-training each.",
        discussion: """
            A YAML file names tasks (data with their settings, as for `marginseg train`), objectives and seeds; Examples/studies/ has \
            commented ones. For each task and seed the network is pre-trained once, then every objective continues from there.

              marginseg study my-study.yaml --data DATA --output studies/mine
              marginseg study my-study.yaml --data DATA --output studies/mine --plan

            The same command resumes a study that was interrupted: runs that are trained and scored stay as they are, and the run \
            that was under way is resumed. Every training is a run folder below runs/, which `report`, `compare` and `predict` take. The tables \
            (results.md, .tex, .csv, .json, a plot of differences for each task), record.json and report.html are written from what is done so far, \
            with intervals over patients or videos, the spread over seeds, and paired tests against the reference. Exit codes as of \
            `train`: 75 for a study that a signal stopped.

            Every number of the tables is in results.json, and follows from record.json, which has the counts of every case; of either \
            alone, tables and plots are made anew:

              marginseg study docs/results/objectives.json --output tables

            Of a record, --reference holds all against another objective than the study's own:

              marginseg study docs/results/protocol/record.json --output tables \\
                --reference 'margin (paper)'

            Machines share a study by --part: each takes some of the tasks and seeds, and the tables hold what all have done so far. \
            Where they share no folder, the record.json of each are named one after another, and make tables of all.
            """)

    @Argument(help: "The study's YAML file, its results.json, or one record.json or several.")
    var file: [String]

    @Option(
        help: ArgumentHelp("Folder that data.folder of every task starts at, instead of the file's own.", valueName: "folder"))
    var data: String?

    @Option(help: "Folder of the study; an unfinished study there is completed.")
    var output: String

    @Flag(help: "Print the trainings that are left and how long they will take, and start none.")
    var plan = false

    @Option(help: ArgumentHelp("Objective that a record's others are held against.", valueName: "objective"))
    var reference: String?

    @OptionGroup var sharing: PartOption

    @OptionGroup var studying: StudyOptions

    func run() throws {
        if file.allSatisfy({ $0.lowercased().hasSuffix(".json") }) { return try writeTables() }
        guard file.count == 1 else { throw ValidationError("A study is one YAML file; several record.json make tables.") }
        guard reference == nil else { throw ValidationError("--reference is for a record.json; a study's file names its own.") }
        let study = try StudyFile(URL(argument: file[0]), data: data.map(URL.init(argument:))).study()
        let folder = URL(argument: output)
        if plan { return printResult(try studying.plan(of: study, in: folder, part: sharing.part)) }
        let outcome = try studying.run(study, in: folder, part: sharing.part)
        let files = try StudyFiles(StudyRecord(study, in: folder), bootstrap: studying.bootstrap)
        let written = try files.write(into: folder) + [files.writePage(of: study, in: folder, into: folder)]
        printResult(written.map { shown($0) + "\n" }.joined())
        if outcome == .stopped { throw ExitCode.stoppedAndSaved }
    }

    /// The tables of results that are there.
    private func writeTables() throws {
        guard !plan, data == nil, sharing.part == nil else {
            throw ValidationError("--plan, --data and --part are for a study's YAML file; of results tables are made anew.")
        }
        let folder = URL(argument: output)
        let inputs = file.map(URL.init(argument:))
        // One record as it is becomes the same record again; all else would replace counts that the tables follow from.
        if reference != nil || inputs.count > 1 {
            try OutputFiles.check(
                [.init(folder.appending(path: StudyFiles.recordName), of: "the record")], inputs: inputs,
                [.replacing, .makingFolders])
        }
        let files = try StudyFiles(contentsOf: inputs, bootstrap: studying.askedBootstrap, reference: reference)
        try FileSystem.makeFolder(folder)
        printResult(try files.write(into: folder).map { shown($0) + "\n" }.joined())
    }
}
