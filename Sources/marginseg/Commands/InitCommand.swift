import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegPlanning
import SegReports

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a configuration for your own data, with its reasons as comments.",
        discussion: """
            Reads every image and label file in place and times some training steps on this machine. The resulting file \
            says how large the planes are and how intensities are normalised, which label value is which class, how \
            many planes go into a step and how much memory they take, the margin-offsets of the labels, and how long an epoch \
            and the whole training will take. Everything in it is a proposal: read it, name your classes if the data set does not, then train.

              marginseg init DATA --output my.yaml
              marginseg train my.yaml --output runs/first
              marginseg init DATA --layout pairs --output my.yaml \\
                --set data.labels='*_mask.png'

            DATA holds images and labels as `marginseg inspect DATA` finds them; --layout, --config and --set say how to read \
            them, as for `inspect`; other keys of that file are not looked at. What is proposed, `train` accepts: a split with cases to validate on, windows that hold planes \
            of the sizes found, batches small enough for some steps an epoch. Without --output the configuration goes to \
            standard output.
            """)

    @Argument(help: "Folder of the data set.")
    var data: String

    @Option(help: ArgumentHelp("The file to write; must not exist yet.", valueName: "file.yaml"))
    var output: String?

    @OptionGroup var reading: ReadingOptions

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        if let other = reading.overrides.first(where: { $0.prefix { $0 != "=" && $0 != "." } != "data" }) {
            throw ValidationError(
                "--set says how to read the data, with keys of data; '\(other)' is none. Change it in the file that init writes.")
        }
    }

    func run() throws {
        let target = output.map(URL.init(argument:))
        if let target, FileSystem.kind(of: target) != .missing {
            throw FileError(target, "cannot be written", reason: "it exists already; name another --output, or remove it")
        }
        let device = try compute.prepare()
        let log = RunLog.make().logger
        let folder = URL(argument: data)
        let reader = try reading.reader(of: folder)
        let areClassesStated = reader.namesClasses(try reader.dataSetFinding()?.finding)
        var bar: ProgressBar?
        let proposal = try ConfigurationProposal(
            of: reader.configuration(), at: folder, areClassesStated: areClassesStated, device: device,
            onCase: { number, count in
                if bar == nil { bar = ProgressBar("reading", total: count) }
                bar?.update(number)
            },
            onRead: { count in
                bar?.finish()
                log.info("read \(count) cases; timing some steps on \(device)")
            })
        let yaml = try proposal.yaml(file: output)
        log.info(
            "\(proposal.configuration.data.classes.count) classes; an epoch takes about \(ReportNumbers.duration(proposal.secondsPerEpoch)), all of it \(ReportNumbers.duration(proposal.seconds))"
        )
        if proposal.trial.isBusy { log.warning("\(StepTrial.busyNote)") }
        guard let target else { return printResult(yaml) }
        try DurableFile.write(yaml, to: target)
        log.info("next: read it, then marginseg train \(shown(target).shellWord) --output runs/first")
        printResult(target.path + "\n")
    }
}
