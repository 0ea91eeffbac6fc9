import DataSets
import SegReports

extension Reproduction {
    /// Tables 1 to 5; nil for a figure.
    func table(_ item: PaperItem, _ results: StudyResults) -> PaperExhibit? {
        let shown = Tabulation(item: item, tasks: tasks(of: item), results: results)
        switch item {
        case .table1:
            return PaperExhibit(
                item: item,
                text: "Validation loss and mIoU of the foreground for settings of τ and ν, each fine-tuned from the shared "
                    + "pre-training. The paper finds no setting that matters much.",
                tables: shown.tables(split: .validation, columns: { _ in [.init("loss", PaperNumbers.loss), .iou] }))
        case .table2, .table3:
            return PaperExhibit(
                item: item,
                text: "Recall of the foreground, which the paper calls pixel accuracy, and mIoU of the foreground, each from one "
                    + "confusion matrix over the test split.",
                tables: shown.tables(split: .test, columns: { _ in [.init("recall", "recall_foreground"), .iou] }))
        case .table4:
            return PaperExhibit(
                item: item, text: "IoU of each class; their mean is the mIoU of Table 3.",
                tables: shown.tables(split: .test) { task in
                    task.classNames.dropFirst().map { .init($0, task.classNames.count > 2 ? "iou:\($0)" : "miou_foreground") }
                })
        case .table5:
            return PaperExhibit(
                item: item, text: "mIoU of the foreground for margin calibration alone and added 1 : 1 to a loss of overlap.",
                tables: shown.tables(split: .test, columns: { _ in [.iou] }))
        case .figure1, .figure2, .figure3, .figure4: return nil
        }
    }
}

/// A table of the paper: a row for each objective, columns for each task, the paper's own beside ours.
private struct Tabulation {
    struct Column {
        let title: String
        let score: String

        init(_ title: String, _ score: String) {
            self.title = title
            self.score = score
        }

        static let iou = Column("mIoU", "miou_foreground")
    }

    let item: PaperItem
    let tasks: [PaperTask]
    let results: StudyResults

    /// One table, or two where CT is scored in two ways; none where nothing is scored.
    func tables(split: Split, columns: (StudyResults.Task) -> [Column]) -> [PaperExhibit.Table] {
        let paper = tasks.filter { $0.asPublished == $0 }
        let byVideo = tasks.filter { $0.asPublished != $0 }
        let count = results.seeds.count
        let seeds =
            "Per cent\(count > 1 ? ", ± between \(count) seeds" : ", one seed"), in brackets 95 % intervals over patients or videos."
        var tables: [PaperExhibit.Table] = []
        func add(_ tasks: [PaperTask], planes: Bool, _ caption: String) {
            let found = tasks.compactMap { task in
                results.tasks.first {
                    $0.name == task.rawValue && $0.split == split.rawValue && ($0.planes != nil) == (planes && task.isCT)
                }
            }
            if !found.isEmpty { tables.append(.init(caption: caption + seeds, table: table(found, columns: columns))) }
        }
        if paper.contains(where: \.isCT) {
            add(paper, planes: true, "CT: slices with lesion alone, as the authors score. ")
            add(paper.filter(\.isCT), planes: false, "CT: all slices. ")
        } else {
            add(paper, planes: false, paper.contains(.other) ? "" : "The paper's split. ")
        }
        if !byVideo.isEmpty {
            add(byVideo, planes: false, "Whole videos held out, beside the paper's numbers of its own split. ")
        }
        return tables
    }

    private func table(_ tasks: [StudyResults.Task], columns: (StudyResults.Task) -> [Column]) -> TextTable {
        let chosen = tasks.map { task in (task: task, columns: columns(task)) }
        func isPublished(_ task: StudyResults.Task, _ column: Column) -> Bool {
            task.published.values.contains { $0[column.score] != nil }
        }
        var table = TextTable(
            [.words("objective")]
                + chosen.flatMap { task, columns in
                    columns.flatMap { column -> [TextTable.Column] in
                        let title = (tasks.count > 1 ? "\(task.name): " : "") + column.title
                        return [.numbers(title)] + (isPublished(task, column) ? [.numbers("paper")] : [])
                    }
                })
        for arm in item.arms {
            let cells = chosen.flatMap { task, columns in
                let ours = task.arms.first { $0.name == arm.name }
                return columns.flatMap { column -> [String] in
                    [cell(ours, column.score)]
                        + (isPublished(task, column)
                            ? [
                                TextTable.cell(
                                    task.published[arm.name]?[column.score], decimals: column.score == PaperNumbers.loss ? 3 : 1)
                            ] : [])
                }
            }
            table.append([item == .table1 && arm == .margin ? "τ = 10, ν = 1" : arm.name] + cells)
        }
        return table
    }

    private func cell(_ arm: StudyResults.Arm?, _ score: String) -> String {
        guard let arm else { return "–" }
        if score == PaperNumbers.loss { return TextTable.cell(arm.validationLoss, decimals: 3) }
        return arm.score(score).map(StudyNumbers.text) ?? "–"
    }
}
