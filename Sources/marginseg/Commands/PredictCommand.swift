import ArgumentParser
import Foundation
import SegTraining

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Label new images: a NIfTI volume, a PNG, or a folder of them.",
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

    func run() throws {
        let device = try compute.prepare()
        let checkpoint = try Checkpoint(contentsOf: RunFolder.checkpoint(at: URL(argument: model)))
        let predictor = try Predictor(SegmentationModel(checkpoint: checkpoint, device: device))
        let jobs = try Predictor.jobs(input: URL(argument: input), output: output.map(URL.init(argument:)))
        let bar = ProgressBar("predicting", total: jobs.count)
        for (index, job) in jobs.enumerated() {
            try predictor.run(job)
            bar.update(index + 1)
            printResult(job.output.path + "\n")
        }
        bar.finish()
    }
}
