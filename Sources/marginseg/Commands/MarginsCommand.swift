import ArgumentParser
import DurableFiles
import Foundation
import MarginCalibration
import Sampling
import SegConfiguration
import SegLosses
import SegReports

struct MarginsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "margins",
        abstract: "Show the margin-offsets that follow from class counts, and what they do.",
        discussion: """
            Counts the training labels of a data set as training sees them, at its size and in its windows, or takes counts, and \
            prints for each class the frequency, both offsets of Corollary 1.1, and by how much they change the gradient of an undecided pixel. Changes of a few thousandths mean \
            that the objective is nearly the same as without offsets: raise --tau, or use --sum, which does not depend on the \
            size of the data set. Without --tau, --nu, --sum and --exclude the offsets are those that the configured objective asks for.

              marginseg margins DATA --config my.yaml
              marginseg margins --counts 39500000,480000 --sum 4 --figure offsets.svg
            """)

    @Argument(help: "Folder of a data set, as `inspect` reads it.")
    var data: String?

    @Option(help: ArgumentHelp("Instead of a data set: the pixels of each class, the background first.", valueName: "n0,n1,…"))
    var counts: CountList?

    @Option(
        help: ArgumentHelp(
            "Scale of the offsets.", discussion: "Default: the objective's; 10, the authors', beside other options."))
    var tau: Double?

    @Option(
        help: ArgumentHelp(
            "Balance of rho_k0 against rho_0k.", discussion: "Default: 1; with --sum twice the smallest that is allowed."))
    var nu: Double?

    @Option(help: "Rescale the offsets rho_0k to add up to this, instead of --tau.")
    var sum: Double?

    @Option(help: ArgumentHelp("Leave a class out: offsets 0. May be repeated; 0 is the background.", valueName: "class"))
    var exclude: [Int] = []

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @Option(help: ArgumentHelp("Also draw Figure 1 of the paper with these offsets into this SVG file.", valueName: "file"))
    var figure: String?

    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        if (data == nil) == (counts == nil) { throw ValidationError("give either a data folder or --counts.") }
        if tau != nil, sum != nil { throw ValidationError("--tau and --sum exclude each other; give one.") }
        if counts != nil, reading.config != nil || reading.layout != nil || !reading.overrides.isEmpty {
            throw ValidationError("--layout, --config and --set say how to read a data set; --counts has none.")
        }
    }

    func run() throws {
        let (distribution, names, origin, configured) = try counted()
        let isAsked = tau != nil || nu != nil || sum != nil || !exclude.isEmpty
        let settings =
            isAsked
            ? MarginSettings(
                scale: sum.map(MarginOffsets.Scale.sum) ?? .absolute(tau: tau ?? 10), nu: nu, excluding: Set(exclude))
            : configured
        let (scale, excluded) = (settings.scale, settings.excluded)
        let smallest = try MarginOffsets.smallestNu(distribution, scale: scale, excluding: excluded, classNames: names)
        let nu = settings.nu ?? scale.standardNu(smallest: smallest)
        let offsets = try MarginOffsets(distribution, scale: scale, nu: nu, excluding: excluded, classNames: names)
        let shownNames =
            names.isEmpty ? ClassConfiguration.names(ofUnnamed: Array(distribution.counts.indices), background: 0) : names
        if let figure {
            try DurableFile.write(ChartSheet(marginFigureOf: offsets, classNames: shownNames).svg, to: URL(argument: figure))
        }
        let report = MarginReport(
            distribution, offsets: offsets, scale: scale, nu: nu, smallestNu: smallest, classNames: shownNames, origin: origin)
        printResult(json ? try report.json() : report.text)
    }

    /// - Returns: with names of the classes where there are any, and what the configured training asks of the offsets.
    private func counted() throws -> (LabelDistribution, names: [String], origin: String, MarginSettings) {
        if let counts { return (try LabelDistribution(counts: counts.values), [], "the given counts", MarginSettings()) }
        let url = URL(argument: data ?? "")  // `validate` has seen one of the two
        let configuration = try reading.reader(of: url).configuration()
        let dataSet = try configuration.openDataSet(at: url)
        try OutputOption.check([OutputOption("--figure", figure)], inputs: dataSet.files + [url] + reading.files)
        let cases = try dataSet.cases(of: .train)
        let bar = ProgressBar("counting", total: cases.count)
        let statistics = try LabelStatisticsCache.standard().statistics(
            of: cases, recipe: configuration.recipe, selection: configuration.training.planes,
            workers: ProcessInfo.processInfo.activeProcessorCount
        ) { bar.update($0) }
        bar.finish()
        let view = try configuration.recipe.trainingView(configuration.training.planes)
        return (
            statistics.labels, configuration.data.classNames,
            "the training labels of \(shown(url)) as training sees them (\(view))",
            configuration.marginSettings(for: statistics.labels)
        )
    }
}
