import Foundation
import SegMetrics
import SegReports
import SegTraining

/// The scores of an evaluation for people: a row a class, then the means.
struct ScoreTable {
    let text: String

    init(_ summary: MetricSummary, caption: String) {
        func percent(_ value: Double?) -> String { TextTable.cell(value.map { $0 * 100 }, decimals: 2) }
        var table = TextTable([
            .words("class"), .numbers("IoU %"), .numbers("Dice %"), .numbers("recall %"), .numbers("precision %"),
        ])
        let scores = summary.dataset
        for (index, name) in summary.classNames.enumerated() {
            table.append([
                name, percent(scores.iou[index]), percent(scores.dice[index]), percent(scores.recall[index]),
                percent(scores.precision[index]),
            ])
        }
        table.append([
            "mean of foreground", percent(scores.miouForeground), percent(scores.diceForeground),
            percent(scores.recallForeground), "",
        ])
        table.append(["mean with background", percent(scores.miouAll), percent(scores.diceAll), "", ""])
        let cases = summary.perCaseMean
        table.append([
            "per-case mean, foreground", percent(cases.miouForeground), percent(cases.diceForeground),
            percent(cases.recallForeground), "",
        ])
        let empty = zip(summary.classNames, cases.emptyInTruth).dropFirst().filter { $1 > 0 }.map { "\($0) in \($1)" }
        text =
            "\(caption)\n\n\(table.plain)\n"
            + "Scores are of one confusion matrix over the split, unless they say per case; pixel accuracy \(percent(scores.pixelAccuracy)) %.\n"
            + (empty.isEmpty
                ? "" : "Cases whose truth lacks a class: \(empty.joined(separator: ", ")); absent from both counts as IoU 1.\n")
    }
}

extension SplitEvaluation.Showcase {
    /// Image, truth, prediction and errors side by side; intensities stretched over the plane.
    var panel: OverlayPanel {
        let low = image.compactMap { $0.min() }.min() ?? 0
        let high = image.compactMap { $0.max() }.max() ?? 1
        let scale = high > low ? 1 / (high - low) : 0
        return OverlayPanel(
            planes: image.map { $0.map { ($0 - low) * scale } }, width: size.width, height: size.height, truth: truth,
            prediction: prediction, ignoring: 255)
    }
}
