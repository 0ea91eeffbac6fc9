import Foundation
import SegMetrics
import SegReports

extension StudyResults {
    /// Every objective on every task of a split with all its planes: the difference in mIoU from the reference in points with its interval,
    /// in bold where that lies above 0 and the p-value of Wilcoxon's test, after Holm's correction, below 0.05; the mean of the differences
    /// over the tasks, where all have one. Nil for fewer than two tasks.
    public func tableOfAllTasks(split: String) -> TextTable? {
        let tasks = tasks.filter { $0.split == split && $0.planes == nil }
        guard tasks.count > 1 else { return nil }
        var table = TextTable(
            [.words("objective")] + tasks.map { .numbers($0.name) } + [.numbers("mean")])
        var names: [String] = []
        for name in tasks.flatMap(\.arms).map(\.name) where !names.contains(name) { names.append(name) }
        for name in names {
            let rows = tasks.map { task in
                task.comparison?.rows.first { $0.method == name && $0.score == Self.primary }
            }
            let differences = rows.compactMap { $0?.difference }
            table.append(
                [name] + rows.map { name == reference ? "reference" : $0.map(Self.cell) ?? "" }
                    + [
                        differences.count == tasks.count
                            ? ReportNumbers.points(MeanAndDeviation(differences).mean, decimals: 2) : ""
                    ])
        }
        return table
    }

    private static func cell(_ row: Comparison.Row) -> String {
        func points(_ value: Double?) -> String { ReportNumbers.points(value, decimals: 2) }
        let text = points(row.difference) + (row.interval.map { " [\(points($0.low)), \(points($0.high))]" } ?? "")
        let isAbove = (row.interval?.low ?? -1) > 0 && (row.wilcoxonPHolm ?? 1) < 0.05
        return isAbove ? "**\(text)**" : text
    }

    static func allTasksCaption(_ results: StudyResults) -> String {
        "Differences in mIoU of the foreground from \(results.reference) in points, paired by patient or video and by seed, with the 95 % "
            + "interval over patients or videos; bold where the interval lies above 0 and Wilcoxon's p, after Holm's correction over the "
            + "task's rows, below 0.05."
    }
}
