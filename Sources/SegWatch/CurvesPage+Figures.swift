import Foundation
import SegReports
import SegTraining

/// The curves over epochs, counted through all stages.
extension CurvesPage {
    var figures: [PageFigure] {
        [
            PageFigure(
                name: "scores", panels: [scores.drawing, learningRate.drawing], legend: scores.legend,
                caption:
                    "IoU of each \(configuration.data.regions == nil ? "class" : "region") over the whole validation split at native resolution, with the score that chooses the "
                    + "model; dashed, the mean over each epoch's training batches, with dropout and augmentation, at the "
                    + "network's size. And the learning rate."),
            PageFigure(
                name: "losses", charts: stagesBegun.map(loss),
                caption:
                    "Mean loss of each epoch: in training with dropout and augmentation, while the weights change; on validation "
                    + "without, after the epoch. Losses of different objectives have no common scale."),
        ]
    }

    /// The number of the last epoch before each stage, by stage; a stage that ended early has fewer than were planned.
    private var firstEpochs: [Int] {
        var first = [0]
        for (index, stage) in configuration.training.stages.enumerated() {
            let done = records.count { $0.stage == index + 1 }
            let isOver = records.contains { $0.stage > index + 1 }
            first.append(first[index] + (isOver ? done : stage.epochs))
        }
        return first
    }

    private var stagesBegun: [Int] { Set(records.map(\.stage)).sorted() }

    private var epochs: ClosedRange<Double> { 0...Double(max(2, firstEpochs[firstEpochs.count - 1])) }

    private func epoch(_ record: EpochRecord) -> Double { Double(firstEpochs[record.stage - 1] + record.epoch) }

    private var rules: [LineChart.Rule] {
        guard configuration.training.stages.count > 1 else { return [] }
        return zip(firstEpochs, configuration.training.stages).map { LineChart.Rule(x: Double($0), label: $1.name) }
    }

    private func points(_ records: [EpochRecord], _ value: (EpochRecord) -> Double?) -> [LineChart.Point] {
        // What is not defined interrupts the line.
        records.map { .init(epoch($0), value($0) ?? .nan) }
    }

    private var scores: LineChart {
        let classes = configuration.data.scoredClasses
        let metric = records.last?.selectedBy.rawValue ?? ""
        let chosen = points(records) { $0.score }
        var lines = [LineChart.Line(label: "\(metric), which chooses", points: chosen, color: Self.neutral, width: 4)]
        if records.contains(where: { $0.trainingMIoU != nil }) {
            lines.append(
                LineChart.Line(
                    label: "\(classes.foregroundWord) mIoU in training", points: points(records) { $0.trainingMIoU },
                    color: Self.neutral,
                    stroke: .dashed))
        }
        // Where regions are scored, only they are drawn: the classes that training separates are not the result.
        for (place, index) in classes.foreground.enumerated() {
            guard let color = Palette.color(ofClass: place + 1) else { continue }
            lines.append(
                LineChart.Line(
                    label: classes.rows[index].name, points: points(records) { $0.validation.dataset.iou[index] }, color: color,
                    width: 2))
        }
        let bests = stagesBegun.compactMap { stage in records.last { $0.stage == stage && $0.isBest } }
        return LineChart(
            title: "IoU on validation and in training", note: "dots: the epoch that each stage's model is of", xLabel: "epoch",
            yLabel: "IoU",
            x: epochs, y: Self.scoreRange(lines), lines: lines, rules: rules,
            dots: [LineChart.Line(label: "", points: points(bests) { $0.score }, color: Self.neutral)])
    }

    private func loss(_ stage: Int) -> LineChart {
        let records = records.filter { $0.stage == stage }
        let training = LineChart.Line(label: "training", points: points(records) { $0.trainingLoss }, color: Self.accent)
        let validation = LineChart.Line(
            label: "validation", points: points(records) { $0.validationLoss }, color: Self.accent, stroke: .dashed)
        return LineChart(
            title: "Loss, \(records[0].stageName)", note: records[0].objective, xLabel: "epoch", yLabel: "mean loss",
            x: Double(firstEpochs[stage - 1])...Double(max(firstEpochs[stage - 1] + 2, firstEpochs[stage])),
            y: Self.range([training, validation]), lines: [training, validation])
    }

    private var learningRate: LineChart {
        let highest = records.map(\.learningRate).max() ?? 0
        // Numbers of a few digits leave room for the axis' words.
        let exponent = highest > 0 ? Int(log10(highest).rounded(.down)) : 0
        let unit = pow(10, Double(exponent))
        let line = LineChart.Line(label: "", points: points(records) { $0.learningRate / unit }, color: Self.accent)
        return LineChart(
            title: "Learning rate", note: "of the last step of each epoch", xLabel: "epoch",
            yLabel: exponent == 0 ? "learning rate" : "learning rate / 1e\(exponent)", x: epochs,
            y: 0...(highest > 0 ? highest / unit * Self.roomForRules : 1), lines: [line], rules: rules)
    }

    /// Above the highest value, where the rules have their words.
    private static let roomForRules = 1.15

    // MARK: Colours and ranges

    /// Grey stands out on white and on black.
    private static let neutral = RGB.gray
    private static let accent = RGB(0, 130, 200)

    /// To tenths around the values, within 0…1.
    static func scoreRange(_ lines: [LineChart.Line]) -> ClosedRange<Double> {
        let values = lines.flatMap(\.points).map(\.y).filter(\.isFinite)
        guard let low = values.min(), let high = values.max() else { return 0...1 }
        // Half of the height must not be empty: scores near 1 differ by little.
        let floor = low > 0.5 ? (low * 10).rounded(.down) / 10 : 0
        return floor...max(floor + 0.1, min(1, (high * 10 + 0.1).rounded(.up) / 10))
    }

    static func range(_ lines: [LineChart.Line]) -> ClosedRange<Double> {
        let values = lines.flatMap(\.points).map(\.y).filter(\.isFinite)
        guard let low = values.min(), let high = values.max() else { return 0...1 }
        let margin = max(0.08 * (high - low), 0.02 * abs(high), 1e-9)
        return (low >= 0 ? max(0, low - margin) : low - margin)...(high + margin)
    }
}
