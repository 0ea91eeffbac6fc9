import Foundation
import SegMetrics
import SegReports

extension StudyResults.Task {
    /// `hippocampus, test split`, and which planes count where not all do.
    public var title: String { "\(name), \(split) split" + (planes.map { ", \($0)" } ?? "") }

    /// Scores in per cent: the mean over seeds, its deviation between seeds, its interval over patients or videos; others' numbers
    /// in columns of their own.
    public var scoreTable: TextTable {
        let names = arms.first?.scores.map(\.score) ?? []
        let printed = names.filter { name in published.values.contains { $0[name] != nil } }
        var table = TextTable(
            [.words("objective"), .numbers("seeds")] + names.map { .numbers(StudyNumbers.title(of: $0)) }
                + printed.map { .numbers("paper: \(StudyNumbers.title(of: $0))") })
        for arm in arms {
            table.append(
                [arm.name, "\(arm.seeds.count)"] + arm.scores.map(StudyNumbers.text)
                    + printed.map { TextTable.cell(published[arm.name]?[$0], decimals: 1) })
        }
        return table
    }

    /// What matters of both tables in one: the mean IoU, the recall, and the difference in mean IoU from the reference, with Wilcoxon's
    /// p-value; where another objective without margins is better than the reference, the difference from the best such, too.
    public func overviewTable(reference: String) -> TextTable {
        let rival = rivalComparison?.reference
        var table = TextTable(
            [
                .words("objective"), .numbers("seeds"), .numbers("mIoU"), .numbers("recall"), .numbers("difference in mIoU"),
                .numbers("p, Wilcoxon"),
            ] + (rival.map { [.numbers("difference from \($0)"), .numbers("p, Wilcoxon")] } ?? []))
        func difference(_ row: Comparison.Row?, of arm: String, from other: String?) -> [String] {
            if arm == other { return ["reference", ""] }
            guard let row else { return ["", ""] }
            func points(_ value: Double?) -> String { ReportNumbers.points(value, decimals: 2) }
            let interval = row.interval.map { " [\(points($0.low)), \(points($0.high))]" } ?? ""
            return [points(row.difference) + interval, ReportNumbers.pValue(row.wilcoxonPHolm)]
        }
        for arm in arms {
            func row(_ comparison: Comparison?) -> Comparison.Row? {
                comparison?.rows.first { $0.method == arm.name && $0.score == StudyResults.primary }
            }
            table.append(
                [
                    arm.name, "\(arm.seeds.count)", arm.score(StudyResults.primary).map(StudyNumbers.text) ?? "n/a",
                    ReportNumbers.percent(arm.score("recall_foreground")?.overSeeds.mean),
                ] + difference(row(comparison), of: arm.name, from: reference)
                    + (rival == nil ? [] : difference(row(rivalComparison), of: arm.name, from: rival)))
        }
        return table
    }

    /// Differences from the reference in points, with intervals and p-values; nil where nothing is compared.
    public var differenceTable: TextTable? {
        guard let comparison else { return nil }
        func points(_ value: Double?) -> String { ReportNumbers.points(value, decimals: 2) }
        var table = TextTable([
            .words("objective"), .words("score"), .numbers("difference"), .numbers("95 % interval"), .numbers("p, bootstrap"),
            .numbers("p, Wilcoxon"), .numbers("rank-biserial r"),
        ])
        for row in comparison.rows {
            table.append([
                row.method, StudyNumbers.title(of: row.score), points(row.difference),
                row.interval.map { "[\(points($0.low)), \(points($0.high))]" } ?? "n/a", ReportNumbers.pValue(row.bootstrapPHolm),
                ReportNumbers.pValue(row.wilcoxonPHolm), TextTable.cell(row.groups.rankBiserial, decimals: 2),
            ])
        }
        return table
    }

    /// Below this, resampling says little, and Wilcoxon's smallest p-value is above 0.05.
    private static let fewGroups = 6

    /// `12 patients or videos, 153 images scored; training pixels, as training sees them: background 97.5 %, lesion 2.5 %`
    public var basis: String {
        let total = Double(max(1, trainingPixels.reduce(0, +)))
        let shares = zip(classNames, trainingPixels).map { String(format: "%@ %.2f %%", $0, 100 * Double($1) / total) }
        return "\(groupCount) patients or videos, \(caseCount) cases, \(imageCount) images scored; training pixels, as training "
            + "sees them: " + shares.joined(separator: ", ")
            + (groupCount < Self.fewGroups
                ? "; \(groupCount) are too few for an interval or a test over them to be trusted" : "")
    }
}

/// Numbers as a study writes them.
enum StudyNumbers {
    /// `77.7 ± 0.3 [76.0, 79.2]`
    static func text(_ score: MethodScore) -> String {
        let deviation = score.overSeeds.deviation.map { " ± \(ReportNumbers.percent($0))" } ?? ""
        return ReportNumbers.percent(score.overSeeds.mean) + deviation
            + (score.interval.map { " [\(ReportNumbers.percent($0.low)), \(ReportNumbers.percent($0.high))]" } ?? "")
    }

    /// A score's name as a reader says it.
    static func title(of score: String) -> String {
        switch score {
        case "miou_foreground": return "mIoU"
        case "dice_foreground": return "Dice"
        case "recall_foreground": return "recall"
        case "precision_foreground": return "precision"
        case "per_case_miou_i_foreground": return "mIoU^I"
        case "per_case_miou_c_foreground": return "mIoU^C"
        case "worst_25_per_case_miou_i_foreground": return "mIoU^I, worst 25 %"
        case "per_group_miou_foreground": return "mIoU, mean of groups"
        default: return score.hasPrefix("iou:") ? "IoU \(score.dropFirst(4))" : score
        }
    }
}
