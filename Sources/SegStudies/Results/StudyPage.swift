import DurableFiles
import Foundation
import SegMetrics
import SegReports

/// A study's results as one HTML page.
struct StudyPage {
    let results: StudyResults
    let study: Study
    /// The study's.
    let folder: URL

    /// - Throws: `FileError` for a run whose metrics cannot be read.
    func page() throws -> HTMLPage {
        var curved: Set<String> = []
        let sections = try results.tasks.enumerated().map { index, task in
            // The splits of a task share its trainings.
            let curves = curved.insert(task.name).inserted ? try curves(of: task, number: index + 1) : nil
            return section(task, number: index + 1, curves: curves)
        }
        return HTMLPage(
            title: results.title, subtitle: results.state, sections: [summary] + sections,
            footer: "Made by \(results.program). Scores are of generated or research data and of no clinical use.")
    }

    private var summary: PageSection {
        var table = TextTable(
            [.words("objective"), .words("expression")] + results.tasks.map { .numbers("\($0.title), mIoU") })
        var names: [(String, String)] = []
        for arm in results.tasks.flatMap(\.arms) where !names.contains(where: { $0.0 == arm.name }) {
            names.append((arm.name, arm.objective))
        }
        for (name, objective) in names {
            table.append(
                [name, objective]
                    + results.tasks.map { task in
                        task.arms.first { $0.name == name }?.score(StudyResults.primary).map(StudyNumbers.text) ?? "–"
                    })
        }
        let notes = results.notes.map { PageBlock.note(.warning, title: "Note", text: $0) }
        return PageSection(
            "Summary", notes + [.table(table, caption: "Foreground mIoU of every task. " + StudyResults.scoreCaption(results))])
    }

    private func section(_ task: StudyResults.Task, number: Int, curves: PageFigure?) -> PageSection {
        var blocks: [PageBlock] = task.summary.isEmpty ? [] : [.paragraph(task.summary)]
        blocks.append(.paragraph(task.basis + "."))
        blocks.append(.table(task.scoreTable, caption: StudyResults.scoreCaption(results)))
        if let table = task.differenceTable {
            blocks.append(.table(table, caption: StudyResults.differenceCaption(results)))
        }
        if let figure = differences(task, number: number) { blocks.append(.figure(figure)) }
        if let curves { blocks.append(.figure(curves)) }
        return PageSection(task.title, blocks)
    }

    private func differences(_ task: StudyResults.Task, number: Int) -> PageFigure? {
        guard let chart = task.differenceChart(reference: results.reference) else { return nil }
        return PageFigure(
            name: "differences-\(number)", panels: [chart.drawing],
            caption: "\(task.title): differences with their 95 % intervals over patients or videos, means over the seeds.")
    }

    /// Validation mIoU of each objective over its epochs, the mean over its trainings: seeds, and folds where there are some.
    private func curves(of task: StudyResults.Task, number: Int) throws -> PageFigure? {
        let runs = study.runs(in: folder).filter { $0.task.name == task.name }
        var lines: [LineChart.Line] = []
        for (index, arm) in task.arms.enumerated() {
            let seeds = try runs.filter { $0.arm?.name == arm.name }.map { run in
                try run.folder.epochs().map { $0.validation.dataset.miouForeground }
            }.filter { !$0.isEmpty }
            let length = seeds.map(\.count).min() ?? 0
            let points = (0..<length).compactMap { epoch in
                MeanAndDeviation(seeds.map { $0[epoch] }).mean.map { LineChart.Point(Double(epoch + 1), $0 * 100) }
            }
            let color = Palette.color(ofClass: index % 7 + 1) ?? .blue
            lines.append(.init(label: arm.name, points: points, color: color, stroke: index < 7 ? .solid : .dashed))
        }
        let values = lines.flatMap(\.points).map(\.y)
        guard let low = values.min(), let high = values.max(), let last = lines.flatMap(\.points).map(\.x).max(), last > 1 else {
            return nil
        }
        let chart = LineChart(
            title: "Foreground mIoU on the validation split", xLabel: "epoch of the objective's own stage", yLabel: "mIoU, %",
            x: 1...last, y: max(0, low - 1)...min(100, max(high + 1, low + 4)), lines: lines,
            xTickCount: max(1, min(6, Int(last) - 1)))
        return PageFigure(
            name: "curves-\(number)", charts: [chart],
            caption:
                "\(task.name): mean over the seeds\(runs.contains { $0.fold != nil } ? " and folds" : ""); whole images at native resolution."
        )
    }
}

extension StudyResults.Task {
    /// Bars of the differences from the reference, with their intervals; nil where nothing is compared.
    func differenceChart(reference: String) -> IntervalChart? {
        guard let rows = comparison?.rows.filter({ $0.score == StudyResults.primary }), !rows.isEmpty else { return nil }
        return IntervalChart(
            title: "Foreground mIoU less that of \(reference)", xLabel: "percentage points", x: IntervalChart.range(of: rows),
            decimals: 2,
            groups: rows.map { .init($0.method, [.init(percentOf: $0.difference, interval: $0.interval, color: .blue)]) })
    }
}
