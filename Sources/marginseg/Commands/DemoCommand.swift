import ArgumentParser
import DurableFiles
import Foundation
import SegReports
import SegStudies

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Do the whole job on generated chest CT: train, compare, predict, draw.",
        discussion: """
            Draws CT volumes with small, faint lesions; trains COPLE-Net with cross-entropy; continues from that one checkpoint \
            with cross-entropy and with the margin-calibrated loss; scores both on held-out cases; labels a new volume; draws \
            pictures of image, truth, prediction and errors. A few minutes on two cores.
            """)

    @Option(help: "Folder for all results; an earlier demo there is replaced.")
    var output = "demo"

    @OptionGroup var compute: ComputeOptions

    func run() throws {
        let start = ContinuousClock.now
        let device = try compute.prepare()
        let folder = URL(argument: output)
        try clear(folder)
        let log = RunLog.make()
        let demo = Demonstration(folder: folder, resources: .init(device: device, loaderWorkers: 2))

        log.logger.info("drawing \(demo.caseCount) synthetic CT volumes into \(shown(demo.data))")
        try demo.makeData()

        log.logger.info("pre-training, shared by both objectives")
        try demo.pretrain(observe: TrainingDisplay(log.logger, title: "pre-training").show)
        for arm in Demonstration.arms {
            log.logger.info("\(arm.name)")
            try demo.train(arm, observe: TrainingDisplay(log.logger, title: arm.name).show)
        }

        var table = TextTable([.words("objective, as many epochs"), .numbers("IoU %"), .numbers("recall %"), .numbers("Dice %")])
        var pictures: [URL] = []
        for arm in Demonstration.arms {
            let result = try demo.evaluate(arm) { _ in }
            let scores = result.evaluation.summary.dataset
            func percent(_ value: Double?) -> String { TextTable.cell(value.map { $0 * 100 }, decimals: 1) }
            table.append([arm.name, percent(scores.iou[1]), percent(scores.recall[1]), percent(scores.dice[1])])
            let picture = folder.appending(path: "\(result.run.url.lastPathComponent).png")
            let ranking = CaseRanking(result.evaluation.evaluation(subject: arm.name, reference: "test"))
            let ranked = try ranking.studies(among: result.cases, models: [result.model])
            try OverlaySheet(ranked.map { $0.picture().overlays[0] }).write(to: picture)
            pictures.append(picture)
        }
        try demo.predictNewVolume(with: Demonstration.arms[1])

        printResult(
            """

            Lesions on the held-out cases (synthetic data, one seed: a demonstration, no evidence):

            \(table.plain)
            Pictures (worst, median, best case; image, truth, prediction, errors):
            \(pictures.map { "  \(shown($0))" }.joined(separator: "\n"))
            A new volume and its labels:
              \(shown(demo.newVolume))
              \(shown(demo.newLabels))
            Runs, with checkpoints and metrics.jsonl: \(shown(folder.appending(path: "runs")))

            Done in \(ReportNumbers.duration((ContinuousClock.now - start) / .seconds(1))). For your own data, in DATA/images and DATA/labels:

              marginseg inspect DATA
              marginseg train --data DATA --output runs/first
              marginseg evaluate runs/first --data DATA
              marginseg predict NEW.nii.gz --model runs/first

            """)
    }

    /// Removes an earlier demo, and nothing else: a folder that is not one is refused.
    private func clear(_ folder: URL) throws {
        let mark = folder.appending(path: ".marginseg-demo")
        if FileSystem.kind(of: folder) == .folder {
            guard try FileSystem.list(folder).isEmpty || FileSystem.kind(of: mark) == .file else {
                throw FileError(
                    folder, "cannot take the demo", reason: "the folder holds other files; name an empty one with --output")
            }
            try FileManager.default.removeItem(at: folder)
        }
        try FileSystem.makeFolder(folder)
        try DurableFile.write("", to: mark)
    }
}
