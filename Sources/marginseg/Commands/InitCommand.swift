import ArgumentParser
import DurableFiles
import Foundation
import SegData
import SegTraining

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a configuration for your own data, with its reasons as comments.",
        discussion: """
            Reads every image and label file where they lie and times some training steps on this machine. The file that comes \
            of it says how large the planes are and how intensities are normalised, which label value is which class, how \
            many planes go into a step and how much memory they take, the margin-offsets of the labels, and how long an epoch \
            and the whole training will take. Nothing in it is more than a proposal: read it, name your classes where the data set does not, then train.

              marginseg init DATA --output my.yaml
              marginseg train my.yaml --output runs/first

            DATA holds images and labels as `marginseg inspect DATA` finds them. Without --output the configuration goes to \
            standard output.
            """)

    @Argument(help: "Folder of the data set.")
    var data: String

    @Option(help: ArgumentHelp("The file to write; must not exist yet.", valueName: "file.yaml"))
    var output: String?

    @OptionGroup var compute: ComputeOptions

    func run() throws {
        let target = output.map(URL.init(argument:))
        if let target, FileSystem.kind(of: target) != .missing {
            throw FileError(target, "cannot be written", reason: "it exists already; name another --output, or remove it")
        }
        let device = try compute.prepare()
        let log = RunLog.make().logger
        let folder = URL(argument: data)
        let reader = try ConfigurationReader(file: nil, preset: "quick", data: folder)
        let start = try reader.configuration()
        let dataSet = try start.openDataSet(at: folder)
        let count = Split.allCases.reduce(0) { $0 + dataSet.count(of: $1) }
        let bar = ProgressBar("reading", total: count)
        let survey = try DataSurvey(of: dataSet) { bar.update($0) }
        bar.finish()
        log.info("read \(count) cases; timing some steps on \(device)")
        let areClassesStated = reader.namesClasses(try reader.dataSetFinding()?.finding)
        let proposal = try ConfigurationProposal(
            survey, data: start.data, areClassesStated: areClassesStated, device: device)
        let yaml = proposal.yaml(file: output)
        log.info(
            "\(proposal.configuration.data.classes.count) classes; an epoch takes about \(duration(proposal.secondsPerEpoch)), all of it \(duration(proposal.seconds))"
        )
        guard let target else { return printResult(yaml) }
        try DurableFile.write(yaml, to: target)
        log.info("next: read it, then marginseg train \(shown(target)) --output runs/first")
        printResult(target.path + "\n")
    }
}
