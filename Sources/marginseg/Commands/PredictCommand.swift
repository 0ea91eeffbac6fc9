import ArgumentParser
import Foundation
import SegTraining

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Label new images: a volume, a picture, or a folder of them.",
        discussion: """
            Needs nothing but the checkpoint, which knows the intensity window, the sizes and the label values. A label file \
            has the exact grid of its image: size, affine, sform, qform and their codes. Values are those of the training \
            labels.

              marginseg predict scan.nii.gz --model runs/a --output scan_labels.nii.gz
              marginseg predict scans/ --model runs/a --output labels/
            """)

    @Argument(help: "An image file, or a folder of images.")
    var input: String

    @Option(help: ArgumentHelp("A run folder (its best checkpoint) or a checkpoint file.", valueName: "run|file"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "The label file, or the folder for label files.", discussion: "Default: beside the image, NAME_labels.",
            valueName: "path"))
    var output: String?

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    @OptionGroup var numbers: PrecisionOptions

    func run() throws {
        let device = try compute.prepare()
        let checkpoint = try Checkpoint(contentsOf: RunFolder.checkpoint(at: URL(argument: model)))
        let predictor = try Predictor(
            SegmentationModel(
                checkpoint: checkpoint, device: device, execution: network.execution, precision: numbers.precision))
        let jobs = try Predictor.jobs(input: URL(argument: input), output: output.map(URL.init(argument:)))
        for (index, job) in jobs.enumerated() {
            try run(job, by: predictor, title: jobs.count > 1 ? "predicting \(index + 1) of \(jobs.count)" : "predicting")
            printResult(job.output.path + "\n")
        }
    }

    /// With a bar over the planes, whose number is known once the image has been read.
    private func run(_ job: Predictor.Job, by predictor: Predictor, title: String) throws {
        var bar: ProgressBar?
        defer { bar?.finish() }
        let note = SlowNote(reading: job.image)
        try predictor.run(job) { done, total in
            note.end()
            bar = bar ?? ProgressBar(title, total: total)
            bar?.update(done)
        }
    }
}
