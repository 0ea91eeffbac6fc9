import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegMetrics
import SegStudies

struct CrossValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cross-validate",
        abstract:
            "Train a model for each of five folds of the patients, and score every patient by the model that has not seen it.",
        discussion: """
            The patients or videos of DATA are dealt to the folds; each fold's model trains on the others and is scored on its own. \
            Together the folds say what to expect on new patients, with every patient counted once, and their models are an ensemble: \
            predict takes the whole folder. What the data set keeps for the test takes no part.

              marginseg plan DATA
              marginseg cross-validate DATA
              marginseg predict scans/ --model runs/DATA/plan

            The plan is plans/NAME/plan.yaml, NAME being the last part of DATA, or any configuration that --plan names. The folds are \
            run folders, runs/NAME/plan/fold-0 and so on, beside the scores of all: cross-validation.json for compare and select, and \
            cross-validation.csv with a row for each patient and class.

            The same command resumes what was interrupted, for whatever reason, and ends in the same table. Ctrl-C saves and exits with \
            75. Several machines share the work by --part, or by --only: each trains its folds, and the last one prints the table.
            """)

    @Argument(help: "Folder of the data set.")
    var data: String

    @Option(
        help: ArgumentHelp(
            "The configuration of every fold. Default: plans/NAME/plan.yaml, as marginseg plan DATA writes it.",
            valueName: "file.yaml"))
    var plan: String?

    @Option(
        help: ArgumentHelp("Folder of the folds. Default: runs/NAME/PLAN, PLAN being the plan's file name.", valueName: "folder"))
    var output: String?

    @Option(
        help: ArgumentHelp("Number of folds. Default: \(CrossValidation.standardCount), or as many as there are patients."))
    var folds: Int?

    @Option(help: ArgumentHelp("Train these folds alone, counted from 0: 0,1.", valueName: "k[,k…]"))
    var only: CountList?

    @OptionGroup var sharing: PartOption

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set one key of the configuration, as docs/CONFIGURATION.md has them; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    @Flag(help: "Print the scores as JSON.")
    var json = false

    @OptionGroup var studying: StudyOptions

    func validate() throws {
        if let folds, folds < 2 { throw ValidationError("--folds needs 2 or more, found \(folds).") }
        if only != nil, sharing.part != nil { throw ValidationError("Choose --only or --part.") }
    }

    func run() throws {
        let place = URL(argument: data)
        guard FileSystem.kind(of: place) != .missing else {
            throw FileError(place, "is missing", reason: "it names the data set")
        }
        let (file, folder) = try places(of: place.standardizedFileURL.lastPathComponent)
        let configuration = try ConfigurationReader(file: file, overrides: overrides, data: place).configuration()
        let validation = try CrossValidation(configuration, in: folder, count: folds)
        let own =
            try only.map { try checked($0.values, of: validation.folds.count) }
            ?? sharing.part.map { Set($0.of(validation.folds.map(\.number))) }
        if own?.isEmpty == true { Terminal.write("note: this part has no fold\n") }
        let device = try studying.compute.prepare()
        let log = RunLog.make(level: .warning)
        let display = SeriesDisplay(
            "\(shown(folder)): \(validation.folds.count) folds of \(validation.groupCount) patients or videos",
            total: validation.folds.count, logger: log.logger)
        let stop = StopSignal { Terminal.write("stopping after this step; once more quits at once\n") }
        stop.arm()
        let runner = CrossValidationRunner(
            validation, resources: .init(device: device, loaderWorkers: studying.workers), bootstrap: studying.bootstrap,
            shouldStop: { stop.isReceived }
        ) { display.show($0) }
        if try runner.run(only: own) == .stopped {
            Terminal.write("stopped and saved; the same command resumes it\n")
            throw ExitCode.stoppedAndSaved
        }
        guard let parts = try runner.foldScores() else {
            return Terminal.write("other folds are still to be trained and scored; the last one prints the table\n")
        }
        let report = try CrossValidationReport(
            parts, subject: shown(folder), bootstrap: studying.bootstrap)
        try EvaluationFile.write(report.pooled, to: validation.evaluation)
        try DurableFile.write(report.pooled.csv, to: validation.table)
        printResult(json ? try EvaluationFile.json(report.pooled) : report.text)
        Terminal.write(
            "next: marginseg select \(shown(folder).shellWord), or marginseg predict SCANS --model \(shown(folder).shellWord)\n")
    }

    private func places(of name: String) throws -> (plan: URL, output: URL) {
        let file = URL(argument: plan ?? "plans/\(name)/plan.yaml")
        guard FileSystem.kind(of: file) == .file else {
            throw FileError(
                file, "is missing",
                reason: plan == nil
                    ? "it says how the folds are trained; run marginseg plan \(data.shellWord) first, or name a configuration by --plan"
                    : "--plan names the configuration of the folds")
        }
        let stem = file.deletingPathExtension().lastPathComponent
        return (file, URL(argument: output ?? "runs/\(name)/\(stem)"))
    }

    private func checked(_ numbers: [Int], of count: Int) throws -> Set<Int> {
        guard numbers.allSatisfy({ (0..<count).contains($0) }) else {
            throw ValidationError(
                "--only \(numbers.map(String.init).joined(separator: ",")): expected folds from 0 to \(count - 1).")
        }
        return Set(numbers)
    }
}
