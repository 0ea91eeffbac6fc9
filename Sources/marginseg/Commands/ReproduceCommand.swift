import ArgumentParser
import Foundation
import SegConfiguration
import SegStudies

struct ReproduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Make the paper's tables and figures.",
        discussion: """
            With the folders of UESTC's COVID-19 CT and of EndoVis 2017 the experiments run at the paper's full protocol, which takes \
            days without a GPU; --scale shortens it in stated ways, and --plan says how long it will take. Without a folder, \
            synthetic phantoms stand in for it, and every output says so.

              marginseg reproduce all --output paper                     phantoms, minutes
              marginseg reproduce table2 figure3 --covid UESTC --output paper
              marginseg reproduce all --data DATA --config my.yaml \\
                --scale 0.2 --output mine

            Beside the paper's split of EndoVis, which puts frames of each video into training and test, whole videos are held out; \
            beside the slices with lesion, which the authors score, all slices are scored. The same command resumes a reproduction that was \
            interrupted. Each table comes as Markdown, LaTeX and CSV, each figure as SVG and PNG, all in report.html; intervals and paired \
            tests are in study/.
            """)

    @Argument(help: "\(PaperItem.allCases.map(\.rawValue).joined(separator: ", ")), or all.")
    var items: [String]

    @Option(help: ArgumentHelp("Folder of UESTC's data, with part1 and part2.", valueName: "folder"))
    var covid: String?

    @Option(help: ArgumentHelp("Folder of EndoVis 2017, with instrument_dataset_1 to 8.", valueName: "folder"))
    var instruments: String?

    @Option(help: ArgumentHelp("Another data set in place of both.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("With --data: its configuration, as for `marginseg train`.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "How much smaller than the paper's protocol, above 0 to 1: epochs times it, sides and widths times its root.",
            discussion: "Default: 1; 0.06 where phantoms stand in."))
    var scale: Double?

    @Option(help: ArgumentHelp("Seeds of the trainings.", valueName: "n[,n…]"))
    var seeds: CountList?

    @Option(help: "Folder for all results; an unfinished reproduction there is completed.")
    var output: String

    @Flag(help: "Print the trainings that are left and how long they will take, and start none.")
    var plan = false

    @OptionGroup var studying: StudyOptions

    func validate() throws {
        if items.isEmpty { throw ValidationError("Name what to reproduce, such as table2, figure3 or all.") }
        _ = try chosen
        if let scale, !(scale > 0 && scale <= 1) {
            throw ValidationError("--scale needs more than 0 and 1 at most, found \(scale).")
        }
        if data != nil, covid != nil || instruments != nil {
            throw ValidationError("--data stands in for both of the paper's data sets; leave --covid and --instruments out.")
        }
        if config != nil, data == nil { throw ValidationError("--config belongs to --data.") }
        if let seeds, seeds.values.contains(where: { $0 < 0 }) { throw ValidationError("--seeds are 0 or more.") }
    }

    private var chosen: [PaperItem] {
        get throws {
            if items == ["all"] { return PaperItem.allCases }
            return try items.map { name in
                guard let item = PaperItem(rawValue: name) else {
                    let known = PaperItem.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("The paper has no '\(name)'; there are \(known), and all.")
                }
                return item
            }
        }
    }

    func run() throws {
        let folder = URL(argument: output)
        let other = try data.map {
            try ConfigurationReader(file: config.map(URL.init(argument:)), data: URL(argument: $0)).configuration()
        }
        let isReal = other != nil || (covid != nil && instruments != nil)
        let reproduction = Reproduction(
            try chosen,
            from: .init(covid: covid.map(URL.init(argument:)), instruments: instruments.map(URL.init(argument:)), other: other),
            scale: ReproductionScale(scale ?? (isReal ? 1 : 0.06)), seeds: seeds?.values.map(UInt64.init) ?? [1], folder: folder)
        try reproduction.drawPhantoms()
        let device = try studying.compute.prepare()
        let study = try reproduction.study()
        if plan {
            return printResult(try study.map { try studying.plan(of: $0, in: folder) } ?? "Nothing is to be trained.\n")
        }
        var outcome = StudyRunner.Outcome.finished
        if let study {
            Terminal.write(try studying.announcement(of: study, in: folder))
            outcome = try studying.run(study, in: folder)
        }
        let files = try reproduction.write(study, bootstrap: studying.bootstrap, device: device)
        printResult(reproduction.notes.map { "\($0)\n" }.joined() + files.map { shown($0) + "\n" }.joined())
        if outcome == .stopped { throw ExitCode.stoppedAndSaved }
    }
}
