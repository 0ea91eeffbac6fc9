import DurableFiles
import Foundation
import MarginCalibration
import Sampling
import SegInference
import SegMetrics
import SegReports
import SegTraining
import Torch

extension Reproduction {
    /// Figures 1 to 4; nil for a table, and where nothing is trained yet.
    func figure(_ item: PaperItem, _ study: Study?, device: Device) throws -> PaperExhibit? {
        switch item {
        case .table1, .table2, .table3, .table4, .table5: nil
        case .figure1: try losses()
        case .figure2: try study.flatMap(curves)
        case .figure3, .figure4: try study.flatMap { try examples(item, $0, device: device) }
        }
    }

    // MARK: Figure 1

    /// Both losses of Eq. 5 and Eq. 28 with the offsets of each class of each task.
    private func losses() throws -> PaperExhibit? {
        let sheets = try tasks(of: .figure1).map { task in
            let configuration = try configuration(of: task)
            let labels = try LabelStatisticsCache.standard().statistics(
                of: configuration.openDataSet(at: nil).cases(of: .train), recipe: configuration.recipe,
                selection: configuration.training.planes, workers: ProcessInfo.processInfo.activeProcessorCount
            ) { _ in }.labels
            let names = configuration.data.classNames
            let offsets = try MarginOffsets(labels, scale: .absolute(tau: 10), classNames: names)
            return (task: task, sheet: ChartSheet(marginFigureOf: offsets, classNames: names))
        }
        guard let first = sheets.first else { return nil }
        let parts = sheets.enumerated().map { index, item in
            PageFigure(
                name: "figure1-\(index + 1)", panels: item.sheet.panels, legend: item.sheet.legend,
                caption:
                    "\(item.task.rawValue): the losses with the offsets of each class at τ = 10, ν = 1, from the labels of the training split."
            )
        }
        return PaperExhibit(
            item: .figure1,
            text: "The ρ-margin loss bounds the 0-1 loss from above, and the ρ-calibrated log-loss, 1 at λ = ρ, bounds the "
                + "ρ-margin loss. The paper draws one ρ; here are those that its formula gives for each class.",
            figure: .init(
                parts: parts,
                sheet: ChartSheet(title: mark, legend: first.sheet.legend, panels: sheets.flatMap(\.sheet.panels), columns: 4)))
    }

    // MARK: Figure 2

    /// Loss and mIoU of training and validation, cross-entropy against margin calibration, of the first seed.
    private func curves(_ study: Study) throws -> PaperExhibit? {
        let task = tasks(of: .figure2)[0]  // Figure 2 has one
        let runs = study.runs(in: folder).filter { $0.task.name == task.rawValue && $0.seed == study.seeds[0] }
        let arms = try PaperItem.figure2.arms.compactMap { arm in
            try runs.first { $0.arm?.name == arm.name }.map { (name: arm.name, epochs: try $0.folder.epochs()) }
        }.filter { !$0.epochs.isEmpty }
        guard !arms.isEmpty else { return nil }
        let colors = [RGB.blue, RGB.vermilion]
        func chart(
            _ title: String, _ unit: String, training: (EpochRecord) -> Double?, validation: (EpochRecord) -> Double?
        ) -> LineChart {
            func line(
                _ name: String, _ epochs: [EpochRecord], _ color: RGB, _ stroke: LineChart.Line.Stroke,
                _ value: (EpochRecord) -> Double?
            ) -> LineChart.Line {
                LineChart.Line(
                    label: name, points: epochs.compactMap { epoch in value(epoch).map { .init(Double(epoch.epoch), $0) } },
                    color: color, stroke: stroke)
            }
            let lines = zip(arms, colors).flatMap { arm, color in
                [
                    line("\(arm.name), training", arm.epochs, color, .solid, training),
                    line("\(arm.name), validation", arm.epochs, color, .dashed, validation),
                ]
            }
            let values = lines.flatMap(\.points).map(\.y)
            let (low, high) = (values.min() ?? 0, values.max() ?? 1)
            let last = Double(arms.map(\.epochs.count).max() ?? 2)
            return LineChart(
                title: title, xLabel: "epoch", yLabel: unit, x: 1...max(2, last),
                y: min(0, low)...max(high * 1.05, low + 1e-6), lines: lines, xTickCount: max(1, min(6, Int(last) - 1)))
        }
        let charts = [
            chart("(a) Loss", "loss", training: { $0.trainingLoss }, validation: { $0.validationLoss }),
            chart(
                "(b) Mean IoU of the foreground", "mIoU, %", training: { $0.trainingMIoU.map { $0 * 100 } },
                validation: { $0.validation.dataset.miouForeground.map { $0 * 100 } }),
        ]
        let text =
            "Both objectives from new weights with the same optimiser. The paper's point: the gap between training and "
            + "validation loss widens for cross-entropy and stays small for margin calibration, and the loss values themselves "
            + "say little about mIoU."
        return PaperExhibit(
            item: .figure2, text: text,
            figure: .init(
                parts: [
                    PageFigure(
                        name: "figure2", charts: charts,
                        caption: "\(task.rawValue), seed \(study.seeds[0]). Training: over the epoch's own batches, with dropout "
                            + "and augmentation. Validation mIoU: whole images at native resolution.")
                ], sheet: ChartSheet(title: mark, charts: charts, columns: 2)))
    }

    // MARK: Figures 3 and 4

    /// Image, truth and each objective's prediction of the worst, the median and the best case of margin calibration.
    private func examples(_ item: PaperItem, _ study: Study, device: Device) throws -> PaperExhibit? {
        let task = tasks(of: item)[0]  // both figures have one
        let runs = study.runs(in: folder).filter { $0.task.name == task.rawValue && $0.seed == study.seeds[0] }
        let shown = item.arms.compactMap { arm in runs.first { $0.arm?.name == arm.name } }
            .filter { FileSystem.kind(of: $0.folder.evaluation(of: .test)) == .file }
        guard let ranked = shown.last(where: { $0.arm?.name == PaperArm.margin.name }) ?? shown.last else { return nil }
        let models = try shown.map {
            try SegmentationModel(checkpoint: Checkpoint(contentsOf: $0.folder.best), device: device)
        }
        let kept = try Checkpoint.manifest(of: ranked.folder.best).splits
        let cases = try ranked.configuration.openDataSet(at: nil, keeping: kept).cases(of: .test)
        let names = shown.compactMap { $0.arm?.name }
        let classes = ranked.configuration.data.scoredClasses
        let rows = try CaseRanking(EvaluationFile.read(ranked.folder.evaluation(of: .test)))
            .studies(among: cases, models: models).map { $0.picture() }
        guard !rows.isEmpty else { return nil }
        // Of the predictions, not of the errors, which are not shown.
        let legend = Legend(Legend(pictureOf: classes, hasIgnored: false).entries.filter { !$0.label.hasPrefix("errors") })
        return PaperExhibit(
            item: item,
            text: "Cases of the test split, chosen by the mIoU of \(ranked.arm?.name ?? "the first"), not by hand; of a volume, "
                + "the slice with the most foreground.",
            figure: .init(
                parts: rows.enumerated().map { index, picture in
                    PageFigure(
                        name: "\(item.rawValue)-\(index + 1)", panels: picture.comparison(models: names), legend: legend,
                        caption: "\(task.rawValue), \(picture.id): \(picture.note).")
                },
                sheet: ChartSheet(
                    title: mark, legend: legend, panels: rows.flatMap { $0.comparison(models: names) }, columns: names.count + 2))
        )
    }
}
