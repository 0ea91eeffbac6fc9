import SegMetrics

extension RunReport {
    /// Differences of the other runs from the first, paired by patient or video.
    var comparisonSection: PageSection? {
        guard let comparison else { return nil }
        let rows = comparison.rows
        var table = TextTable([
            .words("run"), .words("score"), .numbers("first run"), .numbers("this run"), .numbers("difference, points"),
            .numbers("p, bootstrap"), .numbers("p, Wilcoxon"), .numbers("rank-biserial r"),
        ])
        for row in rows {
            table.append([
                row.method, words(row.score), ReportNumbers.percent(row.referenceValue.mean),
                ReportNumbers.percent(row.methodValue.mean),
                ReportNumbers.with(row.interval, ReportNumbers.points(row.difference)) { ReportNumbers.points($0) },
                ReportNumbers.pValue(row.bootstrapPHolm), ReportNumbers.pValue(row.wilcoxonPHolm),
                TextTable.cell(row.groups.rankBiserial, decimals: 2),
            ])
        }
        return PageSection(
            "Differences between the runs",
            [
                .paragraph(
                    "Each run against the first, \(comparison.reference), on the same \(comparison.groupCount) "
                        + "\(units(comparison.groupCount)). A difference is this run less the first, in percentage points; above 0 "
                        + "this run is better."),
                .table(
                    table,
                    caption:
                        "Scores over the whole split in per cent, paired differences with their intervals, and p-values after "
                        + "Holm's correction over all rows of this table. Differences between single trainings: the spread over "
                        + "seeds is not in them."),
                .figure(differences(rows)),
            ])
    }

    /// A score's name as the other tables write it.
    private func words(_ score: String) -> String {
        switch score {
        case "miou_foreground": "mIoU, \(foreground)"
        case "miou_all": "mIoU, \(classes.words(.all))"
        default: score.hasPrefix("iou:") ? "IoU, \(score.dropFirst(4))" : score
        }
    }

    private func differences(_ rows: [Comparison.Row]) -> PageFigure {
        let others = runs.dropFirst()
        let scores = rows.map(\.score).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let bars = IntervalChart(
            title: "Difference over the split", xLabel: "points, less \(runs[0].name)", x: IntervalChart.range(of: rows),
            decimals: 1,
            groups: scores.map { score in
                .init(
                    words(score),
                    others.enumerated().map { index, run in
                        let row = rows.first { $0.method == run.name && $0.score == score }
                        return .init(percentOf: row?.difference, interval: row?.interval, color: color(index + 1))
                    })
            })
        let values = others.map(caseDifferences)
        let spread = max(1, (values.joined().map(abs).max() ?? 1) * 1.05)
        let dots = DotChart(
            title: "Difference of each case, mIoU, \(foreground)", xLabel: "points, less \(runs[0].name)", x: -spread...spread,
            groups: zip(others, values).enumerated().map { index, pair in
                .init(label: pair.0.name, values: pair.1, color: color(index + 1))
            }, reference: 0)
        return PageFigure(
            name: "differences", panels: [bars.drawing, dots.drawing], legend: runLegend,
            caption: "Differences over the whole split with their intervals, and in each case: a dot is a case.")
    }

    /// The mIoU of each case less the first run's, in points.
    private func caseDifferences(_ run: Run) -> [Double] {
        func scores(_ run: Run) -> [String: Double] {
            let rule = run.evaluation.native.summary.emptyRule
            let pairs = run.evaluation.native.store.cases.compactMap { unit -> (String, Double)? in
                ScoreSet(averaging: [unit.matrix], of: classes, rule: rule).miouForeground.map {
                    ("\(unit.group)/\(unit.id)", $0)
                }
            }
            return Dictionary(pairs) { first, _ in first }
        }
        let first = scores(runs[0])
        return scores(run).compactMap { id, score in first[id].map { (score - $0) * 100 } }.sorted()
    }
}
