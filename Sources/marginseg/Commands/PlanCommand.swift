import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegPlanning

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plan a training on your own data: a configuration with its reasons as comments.",
        discussion: """
            Reads every image and label file in place, once, and times some training steps on this machine.

              marginseg plan DATA
              marginseg train plans/DATA/plan.yaml --output runs/first
              marginseg plan DATA --minutes 60             what trains in an hour here
              marginseg plan DATA --residual L             a residual encoder, for 24 GB
              marginseg plan DATA --layout pairs --set data.labels='*_mask.png'

            plans/DATA/fingerprint.json says what was found: sizes, spacings, intensities and labels of the cases that do not test. \
            plan.yaml is the training that follows. For volumes it is a network of volumes by nnU-Net's rules: spacing, \
            patch, levels and batch for a device of --memory GB; plan-2d.yaml beside it is one of their planes. For \
            pictures and single planes it is a network of planes. Beside each number stands why it is so. Everything is a \
            proposal: read it, name your classes if the data set does not, change what you know better, then train.

            With --minutes the training, validation included, takes about so long on this machine: a network that learns \
            too little in that time gets fewer features and smaller patches. Without, it is as long as nnU-Net's, and the \
            plan says how long that takes here.

            DATA holds images and labels as `marginseg inspect DATA` finds them; --layout, --config and --set say how to read \
            them, as for `inspect`; other keys of that file are not looked at. `marginseg init` is the same command.
            """,
        aliases: ["init"])

    @Argument(help: "Folder of the data set.")
    var data: String

    @Option(
        help: ArgumentHelp("Folder for the plan (plans/ and the name of DATA unless said).", valueName: "folder"))
    var output: String?

    @Option(help: ArgumentHelp("Memory of the device in GB (8, or that of the residual encoder).", valueName: "GB"))
    var memory: Double?

    @Option(help: ArgumentHelp("Time for the whole training on this machine.", valueName: "minutes"))
    var minutes: Double?

    @Option(help: "Plan a network with a residual encoder: M for 8 GB, L for 24, XL for 40.")
    var residual: ResidualEncoder?

    @Flag(help: "Replace a plan that is there.")
    var overwrite = false

    @OptionGroup var reading: ReadingOptions

    @OptionGroup var compute: ComputeOptions

    /// nnU-Net's presets.
    enum ResidualEncoder: String, ExpressibleByArgument, CaseIterable {
        case M, L, XL

        var network: PlannedNetwork {
            switch self {
            case .M: .residualM
            case .L: .residualL
            case .XL: .residualXL
            }
        }
    }

    func validate() throws {
        if let other = reading.overrides.first(where: { $0.prefix { $0 != "=" && $0 != "." } != "data" }) {
            throw ValidationError(
                "--set says how to read the data, with keys of data; '\(other)' is none. Change it in the file that plan writes.")
        }
        if let output, [".yaml", ".yml"].contains(where: output.lowercased().hasSuffix) {
            throw ValidationError(
                "--output names the folder of the plan, whose files have names of their own; '\(output)' is a file.")
        }
        for (name, value) in [("--memory", memory), ("--minutes", minutes)] {
            if let value, !(value > 0 && value.isFinite) {
                throw ValidationError("\(name) is above 0; found \(value).")
            }
        }
    }

    func run() throws {
        let source = URL(argument: data)
        let place = output ?? "plans/\(source.standardizedFileURL.deletingPathExtension().lastPathComponent)"
        let folder = URL(argument: place)
        let names = [DataSetPlan.fingerprintName] + DataSetPlan.names
        try OutputFiles.check(
            names.map { .init(folder.appending(path: $0), of: "the plan") }, inputs: reading.files,
            overwrite ? [.replacing, .makingFolders] : [.makingFolders])
        let device = try compute.prepare()
        let log = RunLog.make().logger
        let reader = try reading.reader(of: source)
        let finding = try reader.dataSetFinding()?.finding
        var bar: ProgressBar?
        let plan = try DataSetPlan(
            of: try reader.configuration(), at: source, channelNames: finding?.channelNames,
            areClassesStated: reader.namesClasses(finding),
            budget: .init(network: residual?.network ?? .plain, memory: memory, minutes: minutes, device: device),
            onCase: { number, count in
                if bar == nil { bar = ProgressBar("reading", total: count) }
                bar?.update(number)
            },
            onRead: { count in
                bar?.finish()
                log.info("read \(count) cases; timing some steps on \(device)")
            })
        let shownFolder = shown(folder)
        let files = try plan.plans.map { ($0.name, try $0.yaml(in: shownFolder)) }
        try FileSystem.makeFolder(folder)
        for (name, text) in [(DataSetPlan.fingerprintName, try plan.fingerprint.json)] + files {
            try DurableFile.write(text, to: folder.appending(path: name))
        }
        // Of an earlier plan, for other data.
        for name in DataSetPlan.names where !plan.plans.contains(where: { $0.name == name }) {
            let file = folder.appending(path: name)
            guard FileSystem.kind(of: file) != .missing else { continue }
            try FileSystem.remove(file)
            log.info("removed \(shown(file)), which an earlier plan left: pictures have one plan")
        }
        if memory != nil, plan.plans.count == 1 {
            log.warning(
                "--memory limits networks of volumes; a batch of pictures takes half of what is free on this machine at most")
        }
        for proposed in plan.plans {
            log.info("\(proposed.name): \(proposed.summary)")
            for warning in proposed.warnings { log.warning("\(warning)") }
        }
        log.info("next: read it, then marginseg train \((shownFolder + "/" + plan.plans[0].name).shellWord) --output runs/first")
        printResult(plan.plans.map { folder.appending(path: $0.name).path + "\n" }.joined())
    }
}
