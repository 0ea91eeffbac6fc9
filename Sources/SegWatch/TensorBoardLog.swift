import Foundation
import MarginCalibration
import MedicalImages
import SegReports
import SegTraining
import TensorBoardEvents

/// Writes a training's events as TensorBoard shows them.
///
///     train/…                 loss and learning rate at every step; images per second and waiting share of each epoch
///     validation/…            means; validation_iou/CLASS and validation_dice/CLASS
///     margins_own/CLASS       histogram of λ_ik (Eq. 4) over the pixels of the class: right of 0 they are found
///     margins_others/CLASS    over the other pixels: left of 0 they are left alone
///     cases/NAME              image, truth, prediction and errors of a few validation cases
///
/// The horizontal axis counts steps over all stages.
final class TensorBoardLog {
    private let folder: URL
    private let classNames: [String]
    private var gallery: CaseGallery
    private var file: EventFile?

    /// - Parameter folder: is made with the first event that has something to show.
    init(_ folder: URL, configuration: RunConfiguration) {
        self.folder = folder
        classNames = configuration.data.classNames
        gallery = CaseGallery(axis: configuration.input.axis)
    }

    /// - Parameter progress: with this event.
    /// - Throws: `FileError`.
    func take(_ event: TrainingEvent, _ progress: TrainingProgress) throws {
        switch event {
        case .stepped(let step):
            try append(
                [Summary("train/loss", .scalar(step.loss)), Summary("train/learning_rate", .scalar(step.learningRate))], progress)
        case .validating(let cases): gallery.begin(cases: cases)
        case .validated(let validated):
            guard let step = progress.step, isPictured(step), let picture = gallery.picture(of: validated) else { return }
            let png = PNG.encode(rgb: picture.bytes, width: picture.width, height: picture.height)
            try append(
                [
                    Summary(
                        "cases/\(tag(validated.prepared.id))", .image(png: png, width: picture.width, height: picture.height))
                ], progress)
        case .marginsGathered(let margins): try append(summaries(margins), progress)
        case .epochFinished(let record): try append(summaries(record), progress)
        case .preparing, .prepared, .stageStarted, .warned: break
        }
    }

    private func append(_ summaries: [Summary], _ progress: TrainingProgress) throws {
        let file = try self.file ?? EventFile(in: folder, from: progress.totalStep)
        self.file = file
        try file.append(summaries, step: progress.totalStep)
    }

    /// The first epoch and some twenty of a stage: pictures of all would fill the disk.
    private func isPictured(_ step: TrainingEvent.Step) -> Bool {
        step.epoch == 1 || step.epoch == step.epochs || step.epoch % ((step.epochs + 19) / 20) == 0
    }

    private func summaries(_ margins: ClassMargins) -> [Summary] {
        zip(classNames, zip(margins.own, margins.others)).flatMap { name, histograms in
            [
                histograms.0.summary.map { Summary("margins_own/\(tag(name))", .histogram($0)) },
                histograms.1.summary.map { Summary("margins_others/\(tag(name))", .histogram($0)) },
            ].compactMap { $0 }
        }
    }

    private func summaries(_ record: EpochRecord) -> [Summary] {
        let scores = record.validation.dataset
        var values: [(String, Double?)] = [
            ("train/loss_of_epoch", record.trainingLoss), ("train/miou_foreground", record.trainingMIoU),
            ("validation/loss", record.validationLoss), ("train/images_per_second", record.imagesPerSecond),
            ("train/waiting_share", record.seconds > 0 ? record.secondsWaited / record.seconds : nil),
            ("train/stage", Double(record.stage)), ("validation/miou_foreground", scores.miouForeground),
            ("validation/miou_all", scores.miouAll), ("validation/dice_foreground", scores.diceForeground),
            ("validation/recall_foreground", scores.recallForeground), ("validation/pixel_accuracy", scores.pixelAccuracy),
        ]
        values += zip(classNames, scores.iou).map { ("validation_iou/\(tag($0))", $1) }
        values += zip(classNames, scores.dice).map { ("validation_dice/\(tag($0))", $1) }
        // What is not defined leaves a gap.
        return values.compactMap { name, value in value.map { Summary(name, .scalar($0)) } }
    }

    /// A slash would begin a group.
    private func tag(_ name: String) -> String { name.replacing("/", with: "-") }
}

extension MarginHistogram {
    /// From the first to the last bucket with a margin; nil without one.
    fileprivate var summary: Summary.Histogram? {
        guard let minimum, let maximum, let first = counts.firstIndex(where: { $0 > 0 }),
            let last = counts.lastIndex(where: { $0 > 0 })
        else { return nil }
        // An empty bucket before says where the first one begins.
        let range = max(0, first - 1)...last
        return Summary.Histogram(
            minimum: minimum, maximum: maximum, sum: sum, sumOfSquares: sumOfSquares,
            upperBounds: Array(Self.upperBounds[range]), counts: Array(counts[range]))
    }
}
