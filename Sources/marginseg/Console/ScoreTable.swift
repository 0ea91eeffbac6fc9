import Foundation
import SegMetrics
import SegReports

/// The scores of an evaluation for people: a row a class, then the means.
struct ScoreTable {
    let text: String

    init(_ summary: MetricSummary, caption: String) {
        func percent(_ value: Double?) -> String { TextTable.cell(value.map { $0 * 100 }, decimals: 2) }
        var table = TextTable([
            .words("class"), .numbers("IoU %"), .numbers("Dice %"), .numbers("recall %"), .numbers("precision %"),
        ])
        let (classes, scores) = (summary.classes, summary.dataset)
        for scope in classes.scopes {
            table.append(
                [classes.title(scope)]
                    + [Score.iou, .dice, .recall, .precision].map { percent(scores.value($0, scope)) })
        }
        let cases = summary.perCaseMean
        table.append([
            "per-case mean, \(classes.foregroundWord)", percent(cases.miouForeground), percent(cases.diceForeground),
            percent(cases.recallForeground), "",
        ])
        let empty = classes.rowsWithoutBackground.filter { cases.emptyInTruth[$0] > 0 }.map {
            "\(classes.rows[$0].name) in \(cases.emptyInTruth[$0])"
        }
        text =
            "\(caption)\n\n\(table.plain)\n"
            + "Scores are of one confusion matrix over the split, unless they say per case; pixel accuracy \(percent(scores.pixelAccuracy)) %.\n"
            + (empty.isEmpty
                ? "" : "Cases whose truth lacks a class: \(empty.joined(separator: ", ")); absent from both counts as IoU 1.\n")
    }
}
