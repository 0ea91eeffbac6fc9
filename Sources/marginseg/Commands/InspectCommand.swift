import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import MedicalImages
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
            manifest is shown. Of a folder of DICOM files, or a DICOMDIR, the series are listed, each with what it is and, where \
            it is no volume, why; --series shows one of them.

              marginseg inspect DATA
              marginseg inspect DATA --html data.html --strict
              marginseg inspect DATA --layout pairs --set data.labels='*_mask.png'
              marginseg inspect DICOM --series 2

            Layouts: \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")). Exit code 1 where an error was found; \
            with --strict, where a warning was.
            """)

    @Argument(help: "A data folder, a CSV list, an image file, a DICOM folder, a run or a checkpoint.")
    var path: String

    @OptionGroup var reading: ReadingOptions

    @Flag(help: "Print JSON instead of tables.")
    var json = false

    @Option(help: ArgumentHelp("Also write a page with histograms and samples into this file.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Of a DICOM folder: show this series.", valueName: "number|UID"))
    var series: String?

    @Flag(name: .customLong("uids"), help: "List the identifiers of DICOM series too, by which a hospital knows them.")
    var showsUIDs = false

    @Flag(help: "Fail on warnings too.")
    var strict = false

    /// Pictures on the page.
    private static let sampleCount = 6

    func run() throws {
        let place = URL(argument: path)
        let isRun = FileSystem.kind(of: RunFolder(place).configuration) == .file
        let url = isRun ? try RunFolder.checkpoint(at: place) : place
        if let findings = try dicom(at: url) { return printResult(json ? try findings.json() : findings.text) }
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

    /// What is to be shown of a folder or index of DICOM files; nil for any other place, and for a data set.
    private func dicom(at url: URL) throws -> (any Findings)? {
        guard DICOMPlaces.isPlace(url), series != nil || DICOMPlaces.isIndex(url) || isPlainFolder(url) else {
            guard series != nil || showsUIDs else { return nil }
            if FileSystem.kind(of: url) == .missing { try FileSystem.requireFolder(url) }
            throw ValidationError("--series and --uids are for DICOM folders; \(path) is none.")
        }
        if html != nil || strict { throw ValidationError("--html and --strict are for data sets; \(path) is a DICOM folder.") }
        let note = SlowNote(reading: url)
        defer { note.end() }
        let folder = try DICOMFolder(url)
        guard let series else { return SeriesList(folder, showsUIDs: showsUIDs) }
        return try ImageCensus(of: folder.location(ofSeries: series))
    }

    /// A folder that is read as no data set.
    private func isPlainFolder(_ url: URL) -> Bool {
        FileSystem.kind(of: url) == .folder && reading.layout == nil && reading.files.isEmpty
            && (try? DataSetFolder(url).recognize()) == nil
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
