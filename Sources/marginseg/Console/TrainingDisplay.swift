import Foundation
import Logging
import SegConfiguration
import SegReports
import SegTraining
import SegWatch

/// Shows a training run: a bar within each epoch, with the loss, its speed and the time left of all stages; a line after it.
final class TrainingDisplay {
    private let logger: Logger
    private let openLog: () throws -> Void
    /// Said before the stage's name, to tell several runs apart.
    private let title: String?
    private var bar: ProgressBar?
    private var stage: TrainingEvent.StageStart?
    private var progress: TrainingProgress

    /// - Parameter stages: those of the configuration; where they are not known, the time left is that of the stage.
    init(
        _ logger: Logger, title: String? = nil, stages: [StageConfiguration] = [], openLog: @escaping () throws -> Void = {}
    ) {
        self.logger = logger
        self.title = title
        self.openLog = openLog
        progress = TrainingProgress(stages: stages)
    }

    func show(_ event: TrainingEvent) {
        progress.take(event)
        switch event {
        case .preparing(let samples, let word, let bytes):
            logger.info("reading \(samples) \(word) (\(bytes >> 20) MiB)")
        case .prepared(let data):
            do { try openLog() } catch { logger.warning("no log file: \(error)") }
            if let position = data.continuing { logger.info("going on at \(position.words)") }
            let left = data.leftOut > 0 ? ", \(data.leftOut) without foreground left out" : ""
            logger.info(
                "training \(data.sampleWord): \(data.trainingSamples)\(left); validation cases: \(data.validationCases); parameters: \(data.parameterCount)"
            )
            if data.isOnDisk { logger.info("the training \(data.sampleWord) lie on disk: they are more than --memory allows") }
            for skipped in data.unreadable { logger.warning("left out: \(skipped.problem)") }
            if !data.unreadable.isEmpty { logger.warning("\(data.unreadable.count) cases could not be read and take no part") }
            let shares = zip(data.classNames, data.labels.frequencies).map { "\($0) \(String(format: "%.3g %%", $1 * 100))" }
            logger.info("class frequencies (\(data.view)): \(shares.joined(separator: ", "))")
        case .searching(let trial):
            bar?.finish()
            bar = nil
            let epochs = "\(trial.epochs) epoch\(trial.epochs == 1 ? "" : "s")"
            logger.info("looking for offsets: trying \(trial.objective) for \(epochs) (\(trial.number) of \(trial.count))")
        case .searched(let objective, let epochs, let score):
            logger.info("\(objective) after \(epochs): \(score.map { String(format: "%.4f", $0) } ?? "undefined")")
        case .stageStarted(let start):
            stage = start
            logger.info(
                "\(name): \(start.stage.objective), \(start.stage.epochs) epoch\(start.stage.epochs == 1 ? "" : "s") of \(start.stepsPerEpoch) steps, learning rate \(start.stage.learningRate)"
            )
            for offsets in start.offsets {
                logger.info("margin-offsets: rho_0k \(listed(offsets.rho0k)), rho_k0 \(listed(offsets.rhoK0))")
            }
        case .stepped(let step):
            let bar = self.bar ?? ProgressBar(name, total: step.steps, first: stage?.firstStep ?? 0)
            self.bar = bar
            let note = String(
                format: "epoch %d/%d  loss %.4f  lr %.2g  %.3g img/s", step.epoch, step.epochs, progress.loss ?? step.loss,
                step.learningRate, progress.imagesPerSecond ?? 0)
            bar.update(step.step, note: note, left: progress.secondsLeft())
        case .validating, .validated:
            guard let step = progress.step, let validation = progress.validation else { break }
            bar?.update(
                step.step, note: "epoch \(step.epoch)/\(step.epochs)  validating \(validation.done)/\(validation.cases)",
                left: progress.secondsLeft())
        case .marginsGathered: break
        case .warned(let message):
            bar?.finish()
            logger.warning("\(message)")
        case .epochFinished(let record):
            bar?.finish()
            let score = record.score.map { String(format: "%.4f", $0) } ?? "undefined"
            let waiting =
                record.secondsWaited > 0.05 * record.seconds
                ? String(format: ", %.0f %% waiting for data", 100 * record.secondsWaited / record.seconds) : ""
            let validation = record.validationLoss.map { String(format: " (validation %.4f)", $0) } ?? ""
            logger.info(
                "\(name) \(String(format: "epoch %2d/%d: loss %.4f", record.epoch, stage?.stage.epochs ?? 0, record.trainingLoss))\(validation), \(record.selectedBy.rawValue) \(score)\(record.isBest ? " (best)" : ""), \(ReportNumbers.duration(record.seconds)), \(String(format: "%.0f", record.imagesPerSecond)) img/s\(waiting)"
            )
            if record.epoch == stage?.stage.epochs { bar = nil }
        }
    }

    private var name: String {
        let stageName = stage.map { $0.stageCount > 1 ? "[\($0.number)/\($0.stageCount)] \($0.stage.name)" : $0.stage.name } ?? ""
        return title ?? stageName
    }

    private func listed(_ values: [Double]) -> String {
        "[" + values.map { String(format: "%.3g", $0) }.joined(separator: ", ") + "]"
    }
}
