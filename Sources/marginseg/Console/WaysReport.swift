import Foundation
import SegInference
import SegMetrics
import SegReports

/// The ways to predict with a model, side by side: what each gains over the plain one, and what it takes.
struct WaysReport: Findings {
    struct Row: Encodable {
        let decision: DecisionName
        let isPostProcessed: Bool
        /// How scores were made; nil for one network on whole inputs.
        let scoring: String?
        let score: Double?
        let interval: Bootstrap.Estimate.Interval?
        /// To the first way; nil for that.
        let difference: Double?
        let differenceInterval: Bootstrap.Estimate.Interval?
        let secondsPerCase: Double
    }

    let subject: String
    let reference: String
    /// Of the score, in writing.
    let metric: String
    let cases: Int
    let groups: Int
    let rows: [Row]

    /// - Throws: `ComparisonError`.
    init(
        _ ways: [WaysEvaluation.Way], subject: String, reference: String, classes: ScoredClasses, rule: EmptyRule,
        bootstrap: Bootstrap
    ) throws {
        let name = ScoreName(.iou)
        let metric = name.text(rowNames: classes.rowNames)
        let evaluations = ways.map {
            $0.evaluation(subject: subject, reference: reference, classes: classes, rule: rule, bootstrap: bootstrap)
        }
        let native = evaluations[0].native
        let differences =
            ways.count == 1
            ? []
            : try Comparison(
                evaluations.map { .init(name: "", evaluations: [$0]) }, scores: [metric], bootstrap: bootstrap
            ).rows
        self.subject = subject
        self.reference = reference
        self.metric = metric
        cases = native.caseCount
        groups = native.groupCount
        rows = ways.enumerated().map { index, way in
            let estimate = evaluations[index].native.estimate(name)
            let difference = index == 0 ? nil : differences[index - 1]
            return Row(
                decision: way.decision, isPostProcessed: way.isPostProcessed, scoring: way.scoring, score: estimate?.value,
                interval: estimate?.interval,
                difference: difference?.difference, differenceInterval: difference?.interval,
                secondsPerCase: way.seconds / Double(max(native.caseCount, 1)))
        }
    }

    var text: String {
        """
        \(subject) on \(reference), native resolution: \(cases) case\(cases == 1 ? "" : "s") of \(groups) \(groups == 1 ? "patient or video" : "patients or videos")

        \(table.plain)
        Differences are to the first row, in percentage points, the same patients or videos resampled for both. Seconds are from \
        what was read to classes at native size; decisions of the same scores share the network's time.

        """
    }

    private var table: TextTable {
        var table = TextTable([
            .words("scores"), .words("decision"), .numbers("\(metric) % [95 %]"), .numbers("difference [95 %]"),
            .numbers("s a case"),
        ])
        for row in rows {
            table.append([
                row.scoring ?? "plain", row.decision.rawValue + (row.isPostProcessed ? ", post-processed" : ""),
                ranged(row.score, row.interval),
                row.difference.map { ranged($0, row.differenceInterval, isSigned: true) } ?? "",
                TextTable.cell(row.secondsPerCase, decimals: 3),
            ])
        }
        return table
    }

    private func ranged(_ value: Double?, _ interval: Bootstrap.Estimate.Interval?, isSigned: Bool = false) -> String {
        func points(_ value: Double?) -> String {
            (isSigned && (value ?? 0) > 0 ? "+" : "") + TextTable.cell(value.map { $0 * 100 }, decimals: 2)
        }
        return points(value) + (interval.map { " [\(points($0.low)), \(points($0.high))]" } ?? "")
    }
}
