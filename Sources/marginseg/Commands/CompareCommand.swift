import ArgumentParser
import DataSets
import Foundation
import SegInference
import SegMetrics

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Test whether models that were scored on the same cases differ.",
        discussion: """
            Each argument is a run that `marginseg evaluate` has scored, or an evaluation that it saved as JSON. The first is the reference. \
            Separate several seeds of one method by commas: their mean is compared, and shown ± its standard deviation.

              marginseg compare runs/dice runs/margin
              marginseg compare a-1,a-2,a-3 b-1,b-2,b-3 --score iou:lesion

            Patients or videos are the units: the paired bootstrap resamples them, Wilcoxon's signed-rank test ranks them. \
            Evaluations of other cases, masks or classes are refused. Scores: miou_foreground, dice_all, recall:CLASS, \
            pixel_accuracy, …, and per_group_, per_case_ or per_image_ before them; worst_10_per_case_miou_i_foreground and others of \
            single cases are in docs/EVALUATION.md.
            """)

    @Argument(help: ArgumentHelp("Runs, or JSON files of evaluations: the reference, then the others.", valueName: "run|file"))
    var places: [String]

    @Option(help: "The split that the runs were evaluated on.")
    var split: Split = .test

    @Option(
        help: ArgumentHelp(
            "A score to compare; may be repeated.",
            discussion: "Default: mean IoU and Dice of the foreground, and the IoU of each class or region.")
    )
    var score: [String] = []

    @Option(help: "Resamples of the paired bootstrap.")
    var resamples = 10000

    @Option(help: "Seed of the resamples.")
    var seed: UInt64 = 0

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func validate() throws {
        guard places.count > 1 else { throw ValidationError("Name two places or more to compare.") }
        guard resamples > 0 else { throw ValidationError("--resamples needs 1 or more, found \(resamples).") }
    }

    func run() throws {
        let methods = try places.map { place in
            let seeds = place.split(separator: ",").map { URL(argument: String($0)) }
            guard !seeds.isEmpty else { throw ValidationError("'\(place)' names no run.") }
            return Comparison.Method(
                name: place, evaluations: try seeds.map { try EvaluationFile.read($0, split: split) })
        }
        for method in methods {
            guard let inference = method.evaluations.lazy.compactMap(\.inference).first else { continue }
            Terminal.write("note: scores of \(method.name) come from \(inference)\n")
        }
        let comparison = try Comparison(
            methods, scores: score.isEmpty ? defaultScores(methods[0].evaluations[0]) : score,
            bootstrap: Bootstrap(resamples: resamples, seed: seed))
        printResult(json ? try EvaluationFile.json(comparison) : ComparisonReport(comparison).text)
    }

    /// A single foreground class has no IoU besides the mean.
    private func defaultScores(_ evaluation: Evaluation) -> [String] {
        let foreground = evaluation.classes.foreground
        let rows = foreground.count > 1 ? foreground.map { ScoreName(.iou, .one($0)) } : []
        return ([ScoreName(.iou), ScoreName(.dice)] + rows).map { $0.text(rowNames: evaluation.classes.rowNames) }
    }
}
