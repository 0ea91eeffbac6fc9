import Foundation
import SegInference
import SegMetrics
import SegReports

/// The scores of a cross-validation for people: a row for each fold, then those of all patients together.
struct CrossValidationReport {
    /// Of all patients, each scored by the model that has not seen it.
    let pooled: Evaluation
    private let folds: [Evaluation]

    /// - Throws: `ComparisonError` for folds of other classes.
    init(_ folds: [Evaluation], subject: String, bootstrap: Bootstrap) throws {
        self.folds = folds
        pooled = try Evaluation(pooling: folds, subject: subject, reference: "patients out of fold", bootstrap: bootstrap)
    }

    var text: String { table.plain + "\n" + EvaluationReport(pooled).text }

    private var table: TextTable {
        func percent(_ value: Double?) -> String { TextTable.cell(value.map { $0 * 100 }, decimals: 2) }
        var table = TextTable([
            .words("fold"), .numbers("patients"), .numbers("cases"), .numbers("mIoU %"), .numbers("mDice %"),
            .numbers("per-case mIoU %"), .numbers("per-case mDice %"),
        ])
        for fold in folds {
            let (scores, summary) = (fold.native, fold.native.summary)
            table.append([
                fold.subject, "\(scores.groupCount)", "\(scores.caseCount)", percent(summary.dataset.miouForeground),
                percent(summary.dataset.diceForeground), percent(summary.perCaseMean.miouForeground),
                percent(summary.perCaseMean.diceForeground),
            ])
        }
        return table
    }
}
