import Foundation
import SegConfiguration
import SegInference
import SegReports
import SegTraining

/// The page of a run's curves: how far it is, how its loss falls and its scores rise.
struct CurvesPage {
    let title: String
    let configuration: RunConfiguration
    /// The epochs done, in order.
    let records: [EpochRecord]
    let progress: TrainingProgress
    let state: RunState
    let written: Date

    /// Seconds after which an open page reloads, and after which it warns that nothing was written.
    private static let (reload, silence) = (15, 300)

    var page: HTMLPage {
        HTMLPage(
            title: "Training \(title)",
            subtitle: configuration.training.stages.map { "\($0.name): \($0.objective)" }.joined(separator: "  ·  "),
            sections: [
                PageSection("State", [notice, .keyNumbers(numbers)].compactMap { $0 }),
                PageSection(
                    "Curves", records.isEmpty ? [.paragraph("The first epoch is under way.")] : figures.map(PageBlock.figure)),
            ] + (records.isEmpty ? [] : [PageSection("Epochs", [.table(table, caption: tableCaption)])]),
            footer: "Written \(Self.words(written)) by marginseg \(Version.current).",
            life: state == .running ? PageLife(written: written, reload: Self.reload, silence: Self.silence) : nil)
    }

    // MARK: Now

    private var notice: PageBlock? {
        switch state {
        case .running: nil
        case .finished: .note(.good, title: "Finished.", text: "All stages are done; best.safetensors is the chosen model.")
        case .stopped(let advice): .note(.warning, title: "Stopped\(place).", text: advice)
        case .failed(let reason): .note(.error, title: "Failed\(place).", text: reason)
        }
    }

    private var place: String { progress.step.map { " at epoch \($0.epoch), step \($0.step)" } ?? "" }

    private var stageCount: Int { configuration.training.stages.count }

    private var numbers: [KeyNumber] {
        var numbers: [KeyNumber] = []
        if let stage = progress.stage {
            numbers.append(
                KeyNumber(
                    "Stage", stageCount > 1 ? "\(stage.number) of \(stageCount)" : stage.stage.name, detail: stage.stage.name))
        }
        if let step = progress.step, let stage = progress.stage, stage.stepsPerEpoch > 0 {
            let within = step.step - (step.epoch - 1) * stage.stepsPerEpoch
            let detail =
                progress.validation.map { "validating, case \($0.done) of \($0.cases)" }
                ?? "step \(within) of \(stage.stepsPerEpoch)"
            numbers.append(KeyNumber("Epoch", "\(step.epoch) of \(step.epochs)", detail: detail))
        }
        if state == .running, let left = progress.secondsLeft() {
            numbers.append(KeyNumber("Time left", ReportNumbers.duration(left), detail: "at this session's pace"))
        }
        if let best = records.last(where: { $0.isBest && $0.stage == records.last?.stage }) {
            numbers.append(
                KeyNumber(
                    state == .finished ? "Best" : "Best so far", Self.percent(best.score),
                    detail: "\(best.selectedBy.rawValue), epoch \(best.epoch) of \(best.stageName)"))
        }
        if let loss = progress.loss {
            numbers.append(KeyNumber("Loss", String(format: "%.3g", loss), detail: "mean of the last steps"))
        }
        if let last = records.last {
            let waiting =
                last.seconds > 0
                ? String(format: "%.0f %% of the time waiting for data", 100 * last.secondsWaited / last.seconds) : ""
            numbers.append(KeyNumber("Images per second", String(format: "%.3g", last.imagesPerSecond), detail: waiting))
        }
        return numbers
    }

    // MARK: Epochs

    private var tableCaption: String {
        (records.count > Self.tableRows ? "The last \(Self.tableRows) of \(records.count) epochs" : "Every epoch")
            + "; best: of its stage until then."
    }

    private static let tableRows = 12

    private var table: TextTable {
        let metric = records.last?.selectedBy.rawValue ?? ""
        var table = TextTable([
            .words("stage"), .numbers("epoch"), .numbers("loss"), .numbers("validation loss"), .numbers("training mIoU %"),
            .numbers("\(metric) %"), .words(""), .numbers("learning rate"), .numbers("seconds"),
        ])
        for record in records.suffix(Self.tableRows).reversed() {
            table.append([
                record.stageName, "\(record.epoch)", String(format: "%.4g", record.trainingLoss),
                record.validationLoss.map { String(format: "%.4g", $0) } ?? TextTable.cell(nil, decimals: 0),
                TextTable.cell(record.trainingMIoU.map { $0 * 100 }, decimals: 2),
                TextTable.cell(record.score.map { $0 * 100 }, decimals: 2), record.isBest ? "best" : "",
                String(format: "%.3g", record.learningRate), String(format: "%.3g", record.seconds),
            ])
        }
        return table
    }

    // MARK: Words

    private static func percent(_ value: Double?) -> String { value.map { String(format: "%.2f %%", $0 * 100) } ?? "undefined" }

    private static func words(_ date: Date) -> String {
        date.ISO8601Format().replacing("T", with: " ").replacing("Z", with: " UTC")
    }
}
