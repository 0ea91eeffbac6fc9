import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegPlanning
import SegReports

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a data set, an image or a checkpoint holds.",
        discussion: """
            A folder (or a CSV list) is read as a data set: which layout it has and why, cases by split, sizes, intensities, \
            label values, class frequencies, the margin-offsets that follow, and everything that is wrong, with the files \
            concerned. For an image or volume this shows its format, grid, values and anything unusual; for a checkpoint its \
            manifest is shown.

              marginseg inspect DATA
              marginseg inspect DATA --html data.html --strict
              marginseg inspect DATA --layout pairs --set data.labels='*_mask.png'

            Layouts: \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")). Exit code 1 where an error was found; \
            with --strict, where a warning was.
            """)

    @Argument(help: "A data folder, a CSV list, an image file, a run or a checkpoint.")
    var path: String

    @OptionGroup var reading: ReadingOptions

    @Flag(help: "Print JSON instead of tables.")
    var json = false

    @Option(help: ArgumentHelp("Also write a page with histograms and samples into this file.", valueName: "file"))
    var html: String?

    @Flag(help: "Fail on warnings too.")
    var strict = false

    /// Pictures on the page.
    private static let sampleCount = 6

    func run() throws {
        let place = URL(argument: path)
        let isRun = FileSystem.kind(of: RunFolder(place).configuration) == .file
        let url = isRun ? try RunFolder.checkpoint(at: place) : place
        let isDataSet = FileSystem.kind(of: url) == .folder || url.pathExtension.lowercased() == "csv"
        guard isDataSet else {
            // A name without a known ending would be the first complaint about a path that leads nowhere.
            try FileSystem.requireFile(url)
            let options = [(html != nil, "--html"), (strict, "--strict"), (reading.layout != nil, "--layout")]
            if let option = options.first(where: \.0)?.1 {
                throw ValidationError("\(option) is for data sets; \(path) is none.")
            }
            let note = SlowNote(reading: url)
            defer { note.end() }
            let findings: any Findings =
                url.pathExtension == "safetensors" ? try Checkpoint.manifest(of: url) : try ImageCensus(of: url)
            return printResult(json ? try findings.json() : findings.text)
        }
        let census = try inspect(url)
        if let html { try HTMLPage(inspectionOf: census).write(to: URL(argument: html)) }
        printResult(json ? try census.json() : census.text)
        if census.hasProblems(strict ? .warning : .error) { throw ExitCode.failure }
    }

    private func inspect(_ url: URL) throws -> DataSetCensus {
        let reader = try reading.reader(of: url)
        let finding = try reader.dataSetFinding()?.finding
        let configuration = try reader.configuration()
        let (dataSet, problems) = try configuration.surveyDataSet(at: url)
        try OutputOption.check([OutputOption("--html", html)], inputs: dataSet.files + [url] + reading.files)
        let bar = ProgressBar("reading", total: Split.allCases.reduce(0) { $0 + dataSet.count(of: $1) })
        defer { bar.finish() }
        return try DataSetCensus(
            of: dataSet, configuration: configuration, reason: finding?.reason,
            areClassesStated: reader.namesClasses(finding), problems: problems,
            sampleCount: html == nil ? 0 : Self.sampleCount, workers: ProcessInfo.processInfo.activeProcessorCount
        ) { bar.update($0) }
    }
}
