import Foundation

extension RunReport {
    /// Loss and mIoU over the epochs (Figure 2 of the paper); nil where no epoch was recorded.
    var curves: PageSection? {
        guard runs.contains(where: { $0.stages.contains { !$0.epochs.isEmpty } }) else { return nil }
        let stageCount = runs.map(\.stages.count).max()!  // one run or more
        let charts = (0..<stageCount).compactMap(lossChart) + [scoreChart].compactMap { $0 }
        let hasValidationLoss = recorded { $0.validationLoss }
        let hasTrainingScore = recorded { $0.trainingMIoU }
        let missing = [hasValidationLoss ? nil : "validation loss", hasTrainingScore ? nil : "training mIoU"].compactMap { $0 }
        let caption =
            "Loss of each stage's objective and mean IoU of \(classes.foregroundPhrase) over the epochs; a dot marks the epoch whose "
            + "checkpoint was kept. Losses of different objectives have different units. "
            + (hasTrainingScore
                ? "Training mIoU is over the epoch's own batches, with dropout and augmentation, at the network's size. " : "")
            + "Validation mIoU is over whole images at native resolution."
            + (missing.isEmpty ? "" : " Not recorded by these runs: \(missing.joined(separator: " and ")).")
        return PageSection("Training", [.figure(PageFigure(name: "training-curves", charts: charts, caption: caption))])
    }

    private func recorded(_ value: (Epoch) -> Double?) -> Bool {
        runs.contains { $0.stages.contains { $0.epochs.contains { value($0) != nil } } }
    }

    private func lossChart(stage number: Int) -> LineChart? {
        var lines: [LineChart.Line] = []
        var dots: [LineChart.Line] = []
        var objectives: [String] = []
        var last = 0
        for (index, run) in runs.enumerated() where number < run.stages.count && !run.stages[number].epochs.isEmpty {
            let stage = run.stages[number]
            if !objectives.contains(stage.objective) { objectives.append(stage.objective) }
            last = max(last, stage.epochs.count)
            let training = points(stage.epochs) { $0.trainingLoss }
            lines.append(line(training, of: run, index, "training", .solid))
            let validation = points(stage.epochs) { $0.validationLoss }
            if !validation.isEmpty { lines.append(line(validation, of: run, index, "validation", .dashed)) }
            if let best = stage.epochs.lastIndex(where: \.isBest) {
                dots.append(.init(label: "", points: [training[best]], color: color(index)))
            }
        }
        guard last > 0 else { return nil }
        return LineChart(
            title: "Loss, stage \(number + 1)", note: objectives.count == 1 ? objectives[0] : "objectives as in the summary",
            xLabel: "epoch of the stage", yLabel: "loss", x: 1...Double(max(2, last)),
            y: Self.range(of: lines.flatMap(\.points).map(\.y)), lines: lines, dots: dots, xTickCount: max(1, min(6, last - 1)))
    }

    private var scoreChart: LineChart? {
        var lines: [LineChart.Line] = []
        var dots: [LineChart.Line] = []
        var rules: [LineChart.Rule] = []
        var last = 0
        for (index, run) in runs.enumerated() {
            let epochs = run.stages.flatMap(\.epochs)
            last = max(last, epochs.count)
            let training = points(epochs) { $0.trainingMIoU.map { $0 * 100 } }
            if !training.isEmpty { lines.append(line(training, of: run, index, "training", .solid)) }
            let validation = points(epochs) { $0.validationMIoU.map { $0 * 100 } }
            if !validation.isEmpty { lines.append(line(validation, of: run, index, "validation", .dashed)) }
            var start = 0
            for (number, stage) in run.stages.enumerated() where !stage.epochs.isEmpty {
                let place = Double(start) + 0.5
                if number > 0, !rules.contains(where: { $0.x == place }) {
                    rules.append(.init(x: place, label: "stage \(number + 1)"))
                }
                if let best = stage.epochs.lastIndex(where: \.isBest), let score = stage.epochs[best].validationMIoU {
                    dots.append(.init(label: "", points: [.init(Double(start + best + 1), score * 100)], color: color(index)))
                }
                start += stage.epochs.count
            }
        }
        let values = lines.flatMap(\.points).map(\.y)
        guard !values.isEmpty else { return nil }
        let range = Self.range(of: values)
        return LineChart(
            title: "Mean IoU of \(classes.foregroundPhrase)", xLabel: "epoch of the run", yLabel: "mIoU, %",
            x: 1...Double(max(2, last)),
            // Not so fine that a flat line looks like news.
            y: max(0, range.lowerBound)...min(100, max(range.upperBound, range.lowerBound + 5)), lines: lines, rules: rules,
            dots: dots, xTickCount: max(1, min(6, last - 1)))
    }

    private func line(
        _ points: [LineChart.Point], of run: Run, _ index: Int, _ what: String, _ stroke: LineChart.Line.Stroke
    ) -> LineChart.Line {
        .init(label: runs.count == 1 ? what : "\(run.name), \(what)", points: points, color: color(index), stroke: stroke)
    }

    private func points(_ epochs: [Epoch], _ value: (Epoch) -> Double?) -> [LineChart.Point] {
        epochs.enumerated().compactMap { index, epoch in value(epoch).map { .init(Double(index + 1), $0) } }
    }

    /// A range that holds the values with some room above and below; of some length in any case.
    static func range(of values: [Double]) -> ClosedRange<Double> {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return 0...1 }
        let room = high > low ? (high - low) * 0.06 : max(abs(high) * 0.1, 0.01)
        // A scale that nearly reaches 0 shall show it.
        return (low > 0 && low < 0.4 * high ? 0 : low - room)...high + room
    }
}
