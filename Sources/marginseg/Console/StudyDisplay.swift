import Foundation
import Logging
import SegMetrics
import SegReports
import SegStudies

/// Shows a study: a bar within each training, a line for each score, the time left of the whole.
final class StudyDisplay {
    private let total: Int
    private let start = ContinuousClock.now
    private var first: Int?
    private var number = 0
    private var name = ""
    private var bar: ProgressBar?

    init(_ study: Study, runs: [StudyRun]) {
        total = runs.count
        Terminal.write("\(study.title): \(runs.count) trainings\n")
        for note in study.notes { Terminal.write("note: \(note)\n") }
    }

    func show(_ event: StudyRunner.Event, logger: Logger) {
        switch event {
        case .began(let run, let number, _):
            first = first ?? number
            self.number = number
            name = "[\(number)/\(total)] \(run.name)"
            bar = nil
        case .training(.stepped(let step)):
            let bar = self.bar ?? ProgressBar(name, total: step.steps, first: step.step - 1)
            self.bar = bar
            bar.update(step.step, note: String(format: "epoch %d/%d  loss %.4f", step.epoch, step.epochs, step.loss), left: left)
        case .training(.warned(let message)):
            bar?.finish()
            logger.warning("\(name): \(message)")
        case .training: break
        case .scoring(let split, let done, let of):
            bar?.finish()
            if done == 1 { bar = ProgressBar("\(name): scoring \(split.rawValue)", total: of) }
            bar?.update(done)
        case .scored(_, let split, let evaluation):
            bar?.finish()
            let score = evaluation.native.summary.dataset.miouForeground.map { String(format: "%.2f %%", $0 * 100) } ?? "n/a"
            let left = left.map { "; all done in \(ReportNumbers.duration($0))" } ?? ""
            Terminal.write("\(name): \(split.rawValue) mIoU \(score)\(left)\n")
        case .failed(_, let reason):
            bar?.finish()
            logger.error("\(name): \(reason)")
        }
    }

    /// Seconds until all trainings are done, from the pace of those that this process has made; nil before the first is.
    private var left: Double? {
        guard let first, number > first else { return nil }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return seconds / Double(number - first) * Double(total - number + 1)
    }
}
