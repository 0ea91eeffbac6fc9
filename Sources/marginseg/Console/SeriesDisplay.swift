import DataSets
import Foundation
import Logging
import SegMetrics
import SegReports
import SegStudies
import SegTraining

/// Shows a series of trainings, such as those of a study or the folds of a cross-validation: a bar within each, a line for each score,
/// the time left of the whole.
final class SeriesDisplay {
    private let total: Int
    private let logger: Logger
    private let start = ContinuousClock.now
    private var first: Int?
    private var number = 0
    private var name = ""
    private var bar: ProgressBar?

    /// - Parameters:
    ///   - title: said before anything else.
    ///   - total: trainings of the series, those that are done among them.
    init(_ title: String, total: Int, logger: Logger) {
        self.total = total
        self.logger = logger
        Terminal.write("\(title)\n")
    }

    /// A training begins or goes on; its number counts from 1.
    func began(_ run: String, number: Int) {
        first = first ?? number
        self.number = number
        name = "[\(number)/\(total)] \(run)"
        bar = nil
    }

    func show(_ event: TrainingEvent) {
        switch event {
        case .stepped(let step):
            let bar = self.bar ?? ProgressBar(name, total: step.steps, first: step.step - 1)
            self.bar = bar
            bar.update(step.step, note: String(format: "epoch %d/%d  loss %.4f", step.epoch, step.epochs, step.loss), left: left)
        case .stageStarted:
            bar?.finish()
            bar = nil
        case .warned(let message):
            bar?.finish()
            logger.warning("\(name): \(message)")
        default: break
        }
    }

    func scoring(_ split: Split, done: Int, of total: Int) {
        if done == 1 {
            bar?.finish()
            bar = ProgressBar("\(name): scoring \(split.rawValue)", total: total)
        }
        bar?.update(done)
    }

    func scored(_ split: Split, _ evaluation: Evaluation) {
        bar?.finish()
        let score = evaluation.native.summary.dataset.miouForeground.map { String(format: "%.2f %%", $0 * 100) } ?? "n/a"
        let left = left.map { "; all done in \(ReportNumbers.duration($0))" } ?? ""
        Terminal.write("\(name): \(split.rawValue) mIoU \(score)\(left)\n")
    }

    func failed(_ reason: String) {
        bar?.finish()
        logger.error("\(name): \(reason)")
    }

    /// Seconds until all trainings are done, from the pace of those that this process has made; nil before the first is.
    private var left: Double? {
        guard let first, number > first else { return nil }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return seconds / Double(number - first) * Double(total - number + 1)
    }
}

extension SeriesDisplay {
    func show(_ event: StudyRunner.Event) {
        switch event {
        case .began(let run, let number, _): began(run.name, number: number)
        case .training(let event): show(event)
        case .scoring(let split, let done, let total): scoring(split, done: done, of: total)
        case .scored(_, let split, let evaluation): scored(split, evaluation)
        case .failed(_, let reason): failed(reason)
        }
    }

    func show(_ event: CrossValidationRunner.Event) {
        switch event {
        case .began(let fold): began(fold.folder.url.lastPathComponent, number: fold.number + 1)
        case .training(let event): show(event)
        case .scoring(let done, let total): scoring(.validation, done: done, of: total)
        case .scored(_, let evaluation): scored(.validation, evaluation)
        }
    }
}
