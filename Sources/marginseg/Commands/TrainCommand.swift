import ArgumentParser
import Foundation
import SegData
import SegTraining

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model: cross-entropy first, then the margin-calibrated loss, or any stages of one's own.",
        discussion: """
            The configuration is a YAML file over a preset; without a file, the preset alone. Every key of the file can be set \
            on the command line too:

              marginseg train --preset quick --data DATA --output runs/a
              marginseg train my.yaml --data DATA --output runs/b \\
                --set training.batch_size=4 --set training.stages.0.epochs=5

            The data folder holds images/, labels/ (equal names) and split.csv (columns file,split), or what the configuration \
            names. The run folder gets configuration.yaml, metrics.jsonl (a line an epoch), log.txt, best.safetensors (by the \
            validation metric, computed on whole images at native resolution) and last.safetensors.
            """)

    @Argument(help: "YAML file; Examples/ has commented ones.")
    var file: String?

    @Option(help: "Folder of the data set, instead of the configuration's data.folder.")
    var data: String?

    @Option(help: "Folder of the run; must not hold a run yet.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "What the configuration starts from: \(Preset.all.map(\.name).joined(separator: ", ")).",
            discussion: Preset.all.map { "\($0.name): \($0.summary)." }.joined(separator: " ")))
    var preset: String?

    @Option(
        name: .customLong("set"), help: ArgumentHelp("Set one key of the configuration; may be repeated.", valueName: "key=value")
    )
    var overrides: [String] = []

    @Option(help: ArgumentHelp("Start from the weights of another run or checkpoint.", valueName: "run|file"))
    var from: String?

    @Option(help: "Threads that prepare batches.")
    var workers = 2

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        if workers < 1 { throw ValidationError("--workers needs 1 or more, found \(workers).") }
    }

    func run() throws {
        var configuration = try ConfigurationReader(file: file.map(URL.init(argument:)), preset: preset, overrides: overrides)
            .configuration()
        // The run remembers where its data lie, for `evaluate`.
        if let data { configuration.data.folder = URL(argument: data).path }
        let device = try compute.prepare()
        let folder = RunFolder(URL(argument: output))
        let log = RunLog.make()
        let display = TrainingDisplay(log.logger) { try log.open(folder.log) }
        let trainer = Trainer(
            configuration, dataSet: try configuration.openDataSet(at: nil), folder: folder,
            resources: .init(device: device, loaderWorkers: workers),
            initialWeights: try from.map { try RunFolder.checkpoint(at: URL(argument: $0)) }, observe: display.show)
        try trainer.run()
        log.logger.info("the run is in \(shown(folder.url)); next: marginseg evaluate \(shown(folder.url))")
        printResult(folder.best.path + "\n")
    }
}
