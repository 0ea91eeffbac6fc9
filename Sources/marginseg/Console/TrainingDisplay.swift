import Foundation
import Logging
import SegReports
import SegTraining

/// Shows a training run: a bar within each epoch, a line after it.
final class TrainingDisplay {
    private let logger: Logger
    private let openLog: () throws -> Void
    /// Said before the stage's name, to tell several runs apart.
    private let title: String?
    private var bar: ProgressBar?
    private var stage: TrainingEvent.StageStart?
    private var smoothedLoss: Double?
    private var stageBar: (clock: ContinuousClock.Instant, images: Int) = (.now, 0)

    init(_ logger: Logger, title: String? = nil, openLog: @escaping () throws -> Void = {}) {
        self.logger = logger
        self.title = title
        self.openLog = openLog
    }

    func show(_ event: TrainingEvent) {
        switch event {
        case .preparing(let planes, let bytes):
            logger.info("reading \(planes) planes (\(bytes >> 20) MiB)")
        case .prepared(let data):
            do { try openLog() } catch { logger.warning("no log file: \(error)") }
            if let position = data.continuing { logger.info("going on at \(position.words)") }
            let left = data.leftOut > 0 ? ", \(data.leftOut) without foreground left out" : ""
            logger.info(
                "training planes: \(data.trainingPlanes)\(left); validation cases: \(data.validationCases); parameters: \(data.parameterCount)"
            )
            if data.isOnDisk { logger.info("the training planes lie on disk: they are more than --memory allows") }
            for skipped in data.unreadable { logger.warning("left out: \(skipped.problem)") }
            if !data.unreadable.isEmpty { logger.warning("\(data.unreadable.count) cases could not be read and take no part") }
            let shares = zip(data.classNames, data.labels.frequencies).map { "\($0) \(String(format: "%.3g %%", $1 * 100))" }
            logger.info("class frequencies: \(shares.joined(separator: ", "))")
        case .stageStarted(let start):
            stage = start
            stageBar = (.now, 0)
            smoothedLoss = nil
            logger.info(
                "\(name): \(start.stage.objective), \(start.stage.epochs) epochs of \(start.stepsPerEpoch) steps, learning rate \(start.stage.learningRate)"
            )
            for offsets in start.offsets {
                logger.info("margin-offsets: rho_0k \(listed(offsets.rho0k)), rho_k0 \(listed(offsets.rhoK0))")
            }
        case .stepped(let step):
            stageBar.images += step.images
            smoothedLoss = smoothedLoss.map { 0.9 * $0 + 0.1 * step.loss } ?? step.loss
            let bar = self.bar ?? ProgressBar(name, total: step.steps, first: stage?.firstStep ?? 0)
            self.bar = bar
            let rate = Double(stageBar.images) / max((ContinuousClock.now - stageBar.clock) / .seconds(1), 1e-9)
            bar.update(
                step.step,
                note: String(
                    format: "epoch %d/%d  loss %.4f  lr %.2g  %.0f img/s", step.epoch, step.epochs, smoothedLoss ?? step.loss,
                    step.learningRate, rate))
        case .validating, .validated, .marginsGathered: break
        case .warned(let message):
            bar?.finish()
            logger.warning("\(message)")
        case .epochFinished(let record):
            bar?.finish()
            let score = record.score.map { String(format: "%.4f", $0) } ?? "undefined"
            let waiting =
                record.secondsWaited > 0.05 * record.seconds
                ? String(format: ", %.0f %% waiting for data", 100 * record.secondsWaited / record.seconds) : ""
            logger.info(
                "\(name) \(String(format: "epoch %2d/%d: loss %.4f", record.epoch, stage?.stage.epochs ?? 0, record.trainingLoss)), \(record.selectedBy.rawValue) \(score)\(record.isBest ? " (best)" : ""), \(duration(record.seconds)), \(String(format: "%.0f", record.imagesPerSecond)) img/s\(waiting)"
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
