import DurableFiles
import Foundation
import MarginCalibration
import MedicalImages
import SegConfiguration
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
/// The horizontal axis counts steps over all stages. `training.watch` bounds what all this takes: pictures and histograms come in
/// some epochs, points of curves are thinned where there are very many, and beyond `megabytes` nothing is written.
final class TensorBoardLog {
    private let folder: URL
    private let configuration: RunConfiguration
    private let watch: WatchConfiguration
    private var gallery: CaseGallery?
    private var file: EventFile?
    /// Bytes that files of earlier sessions take.
    private var bytesBefore = 0

    /// Points of the curve of each step's loss; more cannot be told apart on a screen.
    private static let mostPoints = 5000
    /// The share of the limit that is left to scores once pictures and histograms have taken the rest.
    private static let shareOfScores = 0.25
    /// What the frame of a record and its times take beside the summaries.
    private static let bytesOfRecord = 64

    /// - Parameter folder: is made with the first event that has something to show.
    init(_ folder: URL, configuration: RunConfiguration) {
        self.folder = folder
        self.configuration = configuration
        watch = configuration.training.watch ?? .standard
    }

    /// - Parameter progress: with this event.
    /// - Throws: `FileError`; `WatchLimitReached`; `SettingError` for classes that cannot be.
    func take(_ event: TrainingEvent, _ progress: TrainingProgress) throws {
        guard watch.byteLimit > 0 else { return }
        switch event {
        case .stepped(let step):
            guard step.step % stride(progress) == 0 || step.step == 1 else { return }
            try append(
                [Summary("train/loss", .scalar(step.loss)), Summary("train/learning_rate", .scalar(step.learningRate))], progress)
        case .validating(let cases):
            if gallery == nil {
                gallery = try CaseGallery(labels: configuration.data.labelMap, watch: watch)
            }
            gallery?.begin(cases: cases)
        case .validated(let validated):
            guard isShown(progress), let picture = gallery?.picture(of: validated) else { return }
            let png = PNG.encode(rgb: picture.bytes, width: picture.width, height: picture.height)
            try append(
                [
                    Summary(
                        "cases/\(tag(validated.prepared.id))", .image(png: png, width: picture.width, height: picture.height))
                ], progress, isLarge: true)
        case .marginsGathered(let margins): if isShown(progress) { try append(summaries(margins), progress, isLarge: true) }
        case .epochFinished(let record): try append(summaries(record), progress)
        case .preparing, .prepared, .searching, .searched, .stageStarted, .warned: break
        }
    }

    /// - Parameter isLarge: whether it is a picture or histograms, which leave room for scores.
    private func append(_ summaries: [Summary], _ progress: TrainingProgress, isLarge: Bool = false) throws {
        if file == nil { bytesBefore = Self.byteCount(of: folder) }
        let written = bytesBefore + (file?.byteCount ?? 0)
        let limit = isLarge ? Int(Double(watch.byteLimit) * (1 - Self.shareOfScores)) : watch.byteLimit
        guard written + (try EventFile.size(of: summaries)) + 2 * Self.bytesOfRecord <= limit else {
            throw WatchLimitReached(megabytes: watch.megabytes, isLarge: isLarge)
        }
        let file = try self.file ?? EventFile(in: folder, from: progress.totalStep)
        self.file = file
        try file.append(summaries, step: progress.totalStep)
    }

    private static func byteCount(of folder: URL) -> Int {
        // A folder that is not there yet holds nothing.
        ((try? FileSystem.list(folder)) ?? []).reduce(0) {
            $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0)
        }
    }

    /// Steps between two points of the curve of losses.
    private func stride(_ progress: TrainingProgress) -> Int {
        let epochs = configuration.training.stages.reduce(0) { $0 + $1.epochs }
        return max(1, epochs * (progress.stage?.stepsPerEpoch ?? 1) / Self.mostPoints)
    }

    /// Whether the epoch under way is one of those with pictures and histograms: the first and the last of the run, and others
    /// evenly spread between.
    private func isShown(_ progress: TrainingProgress) -> Bool {
        guard let stage = progress.stage, let step = progress.step else { return false }
        let stages = configuration.training.stages
        let number = stages.prefix(stage.number - 1).reduce(0) { $0 + $1.epochs } + step.epoch
        let last = stages.reduce(0) { $0 + $1.epochs }
        guard watch.epochs > 1, watch.epochs < last else { return watch.epochs > 0 && (watch.epochs >= last || number == last) }
        // The k-th of n is 1 + k (last - 1) / (n - 1), rounded down.
        let place = ((number - 1) * (watch.epochs - 1) + last - 2) / (last - 1)
        return 1 + place * (last - 1) / (watch.epochs - 1) == number
    }

    private func summaries(_ margins: ClassMargins) -> [Summary] {
        zip(configuration.data.classNames, zip(margins.own, margins.others)).flatMap { name, histograms in
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
        values += zip(record.validation.classes.rowNames, scores.iou).map { ("validation_iou/\(tag($0))", $1) }
        values += zip(record.validation.classes.rowNames, scores.dice).map { ("validation_dice/\(tag($0))", $1) }
        // What is not defined leaves a gap.
        return values.compactMap { name, value in value.map { Summary(name, .scalar($0)) } }
    }

    /// A slash would begin a group.
    private func tag(_ name: String) -> String { name.replacing("/", with: "-") }
}

/// The event files of a run take what they may.
struct WatchLimitReached: Error, CustomStringConvertible {
    let megabytes: Double
    let isLarge: Bool

    var description: String {
        "the event files have reached training.watch.megabytes (\(String(format: "%g", megabytes))): "
            + (isLarge ? "no more pictures and histograms" : "nothing more is written to them")
    }
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
