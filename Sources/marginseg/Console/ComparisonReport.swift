import Foundation
import SegMetrics
import SegReports

/// A comparison for people: a row for each method and score.
struct ComparisonReport {
    private let comparison: Comparison

    init(_ comparison: Comparison) { self.comparison = comparison }

    var text: String {
        """
        Reference: \(comparison.reference). Native resolution, \(comparison.caseCount) cases; tested over \
        \(comparison.groupCount) \(unit).

        \(table.plain)
        Differences are method less reference, in percentage points. Bootstrap: the same units resampled for both, \
        \(comparison.bootstrap.resamples) times, seed \(comparison.bootstrap.seed). Wilcoxon: signed ranks of the units' own \
        scores\(zeros). Both p-values are corrected by Holm's procedure over the \(comparison.rows.count) \
        row\(comparison.rows.count == 1 ? "" : "s"). d_z: Cohen's, mean difference over its deviation; r: rank-biserial.

        """
    }

    private var unit: String {
        comparison.groupCount == comparison.caseCount ? "cases, each a patient or video of its own" : "patients or videos"
    }

    private var zeros: String {
        let most = comparison.rows.compactMap { $0.groups.wilcoxon?.zeros }.max() ?? 0
        return most > 0 ? ", those that do not differ left out (\(most) at most)" : ""
    }

    private var table: TextTable {
        let level = number(comparison.bootstrap.level * 100, decimals: 0)
        var table = TextTable([
            .words("method"), .words("score"), .numbers("reference %"), .numbers("method %"),
            .numbers("difference [\(level) %]"), .numbers("bootstrap p"), .numbers("Wilcoxon p"), .numbers("d_z"), .numbers("r"),
        ])
        for row in comparison.rows {
            var difference = signed(row.difference)
            if let low = row.low, let high = row.high { difference += " [\(signed(low)), \(signed(high))]" }
            table.append([
                row.method, row.score, spread(row.referenceValue), spread(row.methodValue), difference,
                pValue(row.bootstrapPHolm), pValue(row.wilcoxonPHolm), number(row.groups.cohenDz),
                number(row.groups.rankBiserial),
            ])
        }
        return table
    }

    private func spread(_ value: MeanAndDeviation) -> String {
        let mean = number(value.mean.map { $0 * 100 })
        return value.deviation.map { "\(mean) ± \(number($0 * 100))" } ?? mean
    }

    private func signed(_ value: Double?) -> String {
        guard let value else { return number(nil) }
        return (value > 0 ? "+" : "") + number(value * 100)
    }

    private func pValue(_ value: Double?) -> String {
        guard let value else { return number(nil) }
        return value < 0.001 ? "< 0.001" : number(value, decimals: 3)
    }

    private func number(_ value: Double?, decimals: Int = 2) -> String { TextTable.cell(value, decimals: decimals) }
}
