import ArgumentParser
import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegTraining
import SegWatch

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model: cross-entropy first, then an objective nearer to the IoU, or any stages of your own.",
        discussion: """
            The configuration is a YAML file over a preset; without a file, the preset alone. The second stage of the paper's presets is \
            margin calibration, of the others \(Preset.finetuning) (docs/RESULTS.md says why). docs/CONFIGURATION.md has every key with \
            its range and the presets' values. Each can also be set on the command line; only patterns such as *_mask.png need \
            quotes for the shell:

              marginseg train --preset quick --data DATA --output runs/a
              marginseg train my.yaml --data DATA --output runs/b \\
                --set training.batch_size=4 --set training.stages.0.epochs=5
              marginseg train my.yaml --data DATA --output runs/margin \\
                --set 'training.stages.1.objective=margin(tau=10,nu=1)'

            The data are read where they are; `marginseg inspect DATA` shows how they are understood and what is wrong with them, \
            docs/DATA.md lists the layouts. The run folder gets configuration.yaml, metrics.jsonl (a line an epoch), log.txt, \
            best.safetensors (by the validation metric, computed on whole images at native resolution) and last.safetensors. While \
            it trains, open its curves.html in a browser: it needs no server and follows along. TensorBoard shows more, such as pictures of \
            cases and histograms of margins:

              tensorboard --logdir runs/b/tensorboard

            A run that was interrupted, for whatever reason, resumes where it was last saved, and ends with the same bytes:

              marginseg train --resume runs/b

            It is saved after every epoch and every training.save_minutes. Ctrl-C, SIGTERM or a lost connection (SIGHUP) ends the \
            step, saves and exits with 75; another Ctrl-C a second later or more quits at once. Another configuration than the run's is refused, unless --set, --epochs, \
            --patience or --execution ask for each key that differs, and the run can take it.

            Several processes train one run together, on one host or many; each takes its part of every batch, and the result is that \
            of one process but for the last bits of sums. docs/PROCESSES.md tells more:

              marginseg train my.yaml --output runs/c --processes 2
              torchrun --nproc-per-node 4 --no-python marginseg train my.yaml \\
                --output runs/c --device cuda
            """)

    @Argument(help: "YAML file, or /dev/stdin; Examples/ has commented ones.")
    var file: String?

    @Option(help: "Folder of the data set, instead of the configuration's data.folder.")
    var data: String?

    @Option(help: "Folder of a new run; must not hold a run yet.")
    var output: String?

    @Option(help: ArgumentHelp("Resume a run that was interrupted.", valueName: "run"))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "What the configuration starts from: \(Preset.all.map(\.name).joined(separator: ", ")).",
            discussion: Preset.all.map { "\($0.name): \($0.summary)." }.joined(separator: " ")))
    var preset: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set one key of the configuration, as docs/CONFIGURATION.md has them; may be repeated.", valueName: "key=value")
    )
    var overrides: [String] = []

    @Option(
        help: ArgumentHelp("Epochs of every stage, or of each: 50,30; with --resume, of those not over.", valueName: "n[,n…]"))
    var epochs: CountList?

    @Option(help: "End a stage after so many epochs without a better score; 0: never.")
    var patience: Int?

    @Option(help: ArgumentHelp("Start from the weights of another run or checkpoint.", valueName: "run|file"))
    var from: String?

    @Option(help: "Threads that prepare batches.")
    var workers = 2

    @Option(
        help: ArgumentHelp(
            "Memory for prepared images, in GB; the rest is kept on disk during the run.",
            discussion: "Default: half of the machine's.", valueName: "GB"))
    var memory: Double?

    @Flag(help: "Leave out cases whose files cannot be read, and name them; if there are any, the exit code is 2.")
    var skipUnreadable = false

    @Option(
        help: ArgumentHelp(
            "Train with so many processes on this host, which share each batch.",
            discussion: "Default: one, or those that torchrun or srun started."))
    var processes: Int?

    @Option(
        help: ArgumentHelp("Seconds that a process waits for another, before the run ends.", valueName: "seconds"))
    var timeout = 600.0

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    func validate() throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        if let processes, !(1...cores).contains(processes) {
            throw ValidationError("--processes needs 1 to \(cores), the cores of this host; found \(processes).")
        }
        guard (1...1e6).contains(timeout) else {
            throw ValidationError("--timeout needs 1 to 1000000 seconds, found \(timeout).")
        }
        if let memory, !(memory >= 0 && memory < 1e9) { throw ValidationError("--memory needs 0 or more GB, found \(memory).") }
        try ComputeOptions.requireThreads(workers, option: "--workers")
        switch (output, resume) {
        case (nil, nil):
            throw ValidationError("Name the folder of the new run with --output, or a run to go on with by --resume.")
        case (.some, .some): throw ValidationError("A run goes on in its own folder: --resume takes no --output.")
        case (nil, .some) where from != nil:
            throw ValidationError("A run goes on from its own weights: --resume takes no --from.")
        default: break
        }
    }

    func run() throws {
        let place = try ProcessPlace.given()
        if let processes, processes > 1 {
            guard place == nil || ProcessLauncher.launcher != nil else {
                throw ValidationError("A launcher has started several processes already (WORLD_SIZE): leave --processes out.")
            }
            if file == "/dev/stdin" || file == "-" {
                throw ValidationError("Several processes cannot read one standard input: name a file of the configuration.")
            }
            if place == nil {
                let code = try ProcessLauncher(count: processes, logger: RunLog.make().logger).run(
                    Array(CommandLine.arguments.dropFirst()))
                if code != 0 { throw ExitCode(code) }
                return
            }
        }
        guard let place else { return try train(with: nil) }
        do {
            let processes = try TrainingProcesses(place, timeout: timeout)
            do {
                try train(with: processes)
            } catch let code as ExitCode {
                try processes.finish()
                throw code
            } catch {
                processes.leave(because: error)
                throw error
            }
            try processes.finish()
        } catch let error where !(error is ExitCode) {
            throw ProcessError(place: place, error: error)
        }
    }

    private func train(with processes: TrainingProcesses?) throws {
        let place = processes?.place
        let isFirst = place?.isFirst ?? true
        // What belongs to a run is written by the first process alone.
        let mirror = isFirst ? nil : RunMirror()
        if let mirror, let processes, resume != nil { try mirror.take(from: processes) }
        let named = (output ?? resume).map { RunFolder(URL(argument: $0)) }
        guard let folder = mirror?.folder ?? named else { return }  // one of the two is there: `validate`
        let saved = try resume.map { _ in try SavedRun(folder) }
        if let processes, saved != nil, isFirst { try RunMirror.give(folder, to: processes) }
        let configuration = try resolve(saved)
        let device = try compute.prepare(at: place)
        let log = RunLog.make(level: isFirst ? .info : .warning, of: isFirst ? nil : place)
        let logger = log.logger
        if let damage = saved?.damage, isFirst { logger.warning("\(damage); going on with previous.safetensors") }
        let changes = try saved?.changes(to: configuration, asked: asked(configuration)) ?? []
        let stop = StopSignal { logger.info("stopping after this step; once more quits at once") }
        let display = TrainingDisplay(logger, stages: configuration.training.stages) { try log.open(folder.log) }
        let watch = isFirst ? RunWatch(folder, configuration: configuration) { logger.warning("\($0)") } : nil
        var leftOut = 0
        func observe(_ event: TrainingEvent) {
            if isFirst { display.show(event) }
            watch?.show(event)
            guard case .prepared(let data) = event else { return }
            leftOut = data.unreadable.count
            let hasEventFiles = (configuration.training.watch ?? .standard).byteLimit > 0
            let board = hasEventFiles ? "; tensorboard --logdir \(shown(folder.tensorBoard).shellWord)" : ""
            if let processes { logger.info("\(processes.place.count) processes share each batch") }
            logger.info("curves: open \(shown(folder.curves)) in a browser\(board)")
            for change in changes { logger.info("changed: \(change)") }
            stop.arm()
        }
        let half = ProcessInfo.processInfo.physicalMemory / 2 / UInt64(place?.localCount ?? 1)
        let resources = TrainingResources(
            device: device, loaderWorkers: workers, memory: memory.map { Int($0 * 1e9) } ?? Int(clamping: half),
            tolerance: skipUnreadable ? .skipUnreadable : .none)
        let dataSet = try configuration.openDataSet(at: nil, keeping: saved?.splits)
        for note in dataSet.notes { logger.info("data: \(note)") }
        func shouldStop() -> Bool { stop.isReceived || ProcessLauncher.isLauncherGone }
        let trainer =
            if let saved {
                Trainer(
                    continuing: saved, with: configuration, dataSet: dataSet, resources: resources, processes: processes,
                    shouldStop: shouldStop, observe: observe)
            } else {
                Trainer(
                    configuration, dataSet: dataSet, folder: folder, resources: resources, processes: processes,
                    shouldStop: shouldStop, observe: observe)
            }
        let outcome: Trainer.Outcome
        do {
            outcome = try trainer.run()
        } catch {
            watch?.end(.failed(reason: "\(error)"))
            log.end(error)
            throw error
        }
        switch outcome {
        case .finished:
            watch?.end(.finished)
            logger.info("the run is in \(shown(folder.url)); next: marginseg evaluate \(shown(folder.url).shellWord)")
            if isFirst { printResult(folder.best.path + "\n") }
            if leftOut > 0 { throw ExitCode.someLeftOut }
        case .stopped(let position):
            let advice = "go on with: marginseg train --resume \(shown(folder.url).shellWord)"
            watch?.end(.stopped(advice: "It was saved at \(position.words); \(advice)"))
            logger.info("stopped and saved at \(position.words); \(advice)")
            throw ExitCode.stoppedAndSaved
        }
    }

    /// The run's own configuration, or the one that is named, with what the command line sets.
    private func resolve(_ saved: SavedRun?) throws -> RunConfiguration {
        let isNamed = file != nil || preset != nil
        let file = isNamed ? file.map(URL.init(argument:)) : saved?.folder.configuration
        // The run remembers where its data lie, for `evaluate`.
        var configuration = try ConfigurationReader(
            file: file, preset: preset, overrides: overrides, data: data.map(URL.init(argument:))
        ).configuration()
        let stages = configuration.training.stages.count
        if let epochs, epochs.values.count > 1, epochs.values.count != stages {
            throw ValidationError("--epochs names \(epochs.values.count) numbers for \(stages) stages.")
        }
        // Stages that are over cannot change.
        for index in (saved?.position.stage ?? 1) - 1..<stages {
            if let epochs { configuration.training.stages[index].epochs = epochs.values[epochs.values.count > 1 ? index : 0] }
            if let patience { configuration.training.stages[index].patience = patience }
        }
        if let execution = network.execution { configuration.network.execution = execution }
        if let from { configuration.training.stages[0].from = URL(argument: from).path }
        try configuration.validate()
        return configuration
    }

    /// The keys that the command line names.
    private func asked(_ configuration: RunConfiguration) -> [[String]] {
        let set = overrides.map { $0.prefix { $0 != "=" }.split(separator: ".").map(String.init) }
        let ofStages = [epochs.map { _ in "epochs" }, patience.map { _ in "patience" }].compactMap { $0 }
        return set + (network.execution == nil ? [] : [["network", "execution"]])
            + configuration.training.stages.indices.flatMap { index in
                ofStages.map { ["training", "stages", String(index), $0] }
            }
    }
}
