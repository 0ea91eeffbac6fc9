import ArgumentParser
import DurableFiles
import Foundation
import SegData
import SegTraining

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a data set, an image or a checkpoint holds.",
        discussion: """
            A folder is read as a data set with the configuration given (or the quick preset): cases by split, sizes, class \
            frequencies, and the margin-offsets that follow from the training labels. An image or volume prints its \
            format, grid, values and what is odd about it; a checkpoint prints its manifest.
            """)

    @Argument(help: "A data folder, an image file, or a checkpoint.")
    var path: String

    @Option(help: ArgumentHelp("YAML file that says where images and labels lie and which classes there are.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"), help: ArgumentHelp("Set one key of the configuration; may be repeated.", valueName: "key=value")
    )
    var overrides: [String] = []

    @Flag(help: "Print JSON instead of tables.")
    var json = false

    func run() throws {
        let url = URL(argument: path)
        let findings: any Findings
        if FileSystem.kind(of: url) == .folder {
            let configuration = try ConfigurationReader(file: config.map(URL.init(argument:)), overrides: overrides)
                .configuration()
            let dataSet = try configuration.openDataSet(at: url)
            let bar = ProgressBar("reading", total: Split.allCases.reduce(0) { $0 + dataSet.count(of: $1) })
            findings = try DataSetCensus(of: dataSet, configuration: configuration) { bar.update($0) }
            bar.finish()
        } else if url.pathExtension == "safetensors" {
            findings = try Checkpoint.manifest(of: url)
        } else {
            findings = try ImageCensus(of: url)
        }
        printResult(json ? try findings.json() : findings.text)
    }
}
