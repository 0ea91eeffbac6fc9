import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import SegInference

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
              marginseg predict cases.csv --model runs/a --output labels/

            Files belong together as in training: CASE_0000.nii.gz and CASE_0001.nii.gz of an nnU-Net data set, or \
            PATIENT/Flair.nii.gz and PATIENT/T1c.nii.gz, are one case, and its labels are named CASE or PATIENT; one of its files \
            finds the others. Any files are grouped by a CSV list with the columns image_1, image_2, … and, for names, id. A file \
            that fits no such pattern is a case of its own.

            All outputs are checked before anything is written: no two label files may have the same name, none may replace an image, \
            and existing files are kept unless --overwrite is given. A case that lacks a file, cannot be read or does not fit the \
            model is left out and named at the end. Exit codes: 0 all labelled, 2 cases were left out, 1 failed, 64 wrong usage.
            """)

    @Argument(help: "An image file, a folder of images, or a CSV list of cases.")
    var input: String

    @Option(
        help: ArgumentHelp(
            "A run folder (its best checkpoint) or a checkpoint file; of several, the scores are averaged.", valueName: "run|file"
        ))
    var model: [String]

    @Option(
        help: ArgumentHelp(
            "The label file, or the folder for label files (a new folder's name ends in /).",
            discussion: "Default: beside the image CASE_labels, beside a folder the folder NAME_labels.", valueName: "path"))
    var output: String?

    @Flag(help: "Replace label files that exist.")
    var overwrite = false

    @Flag(name: .customLong("continue"), help: "Keep label files that exist and label the rest, as after an interruption.")
    var continues = false

    @Option(
        help: ArgumentHelp(
            "Label one of N equal parts of the cases, for machines that share them.", valueName: "K/N"),
        transform: part(argument:))
    var part: PredictionPlan.Part?

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var decision: DecisionOptions

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    @OptionGroup var numbers: PrecisionOptions

    func validate() throws {
        if overwrite, continues { throw ValidationError("Choose --overwrite or --continue.") }
    }

    private static func part(argument: String) throws -> PredictionPlan.Part {
        let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard numbers.count == 2, numbers[0] >= 1, numbers[0] <= numbers[1] else {
            throw ValidationError("expected a part such as 2/8: the second of eight")
        }
        return PredictionPlan.Part(number: numbers[0], of: numbers[1])
    }

    func run() throws {
        let files = try model.map { try RunFolder.checkpoint(at: URL(argument: $0)) }
        let file = files[0]
        let place = URL(argument: input)
        let manifest = try Checkpoint.manifest(of: file)
        let dataFolder = manifest.configuration.data.folder.map { URL(filePath: $0) }
        // Where the data are gone or cannot be listed, there is nothing of theirs to replace.
        let trainingFiles = overwrite && dataFolder != nil ? (try? manifest.openDataSet(at: nil).files) ?? [] : []
        let plan = try PredictionPlan(
            input: place, output: output.map(URL.init(argument:)),
            grouping: ImageGrouping(manifest.configuration.data.layoutSettings, channels: manifest.channels),
            overwrite: overwrite, continues: continues, part: part, outside: dataFolder, reading: files + trainingFiles)
        if let first = plan.labels.first {
            let more = plan.labels.count > 1 ? " and \(plan.labels.count - 1) more" : ""
            Terminal.write("note: \(shown(first))\(more) passed over: labels beside their images\n")
        }
        if !plan.done.isEmpty { Terminal.write("note: \(plan.done.count) of \(plan.done.count + plan.jobs.count) are done\n") }
        if plan.jobs.isEmpty, plan.leftOut.isEmpty {
            if plan.done.isEmpty { Terminal.write("note: this part has no case\n") }
            return
        }
        let device = try compute.prepare()
        let segmentation = try SegmentationModel(
            ensemble: files.map { try Checkpoint(contentsOf: $0) }, settings: inference.settings, device: device,
            execution: network.execution, precision: numbers.precision)
        try decision.apply(to: segmentation, of: URL(argument: model[0]))
        let predictor = try Predictor(segmentation)
        let need = plan.jobs.compactMap { try? segmentation.memoryNeed(of: $0.dataCase) }.max()
        if let need { Terminal.write("note: takes about \(need.gigabytes) of memory\n") }
        let bar = ProgressBar("predicting", total: plan.jobs.count * Self.resolution, items: plan.jobs.count)
        defer { bar.finish() }
        var written = 0
        var slow: SlowNote?
        let (leftOut, notes) = try predictor.run(plan) { job in
            slow = SlowNote(reading: job.dataCase.image.first)
        } onStep: { index, done, planes in
            slow?.end()
            bar.update(
                index * Self.resolution + done * Self.resolution / planes,
                note: plan.jobs.count > 1 ? "case \(index + 1) of \(plan.jobs.count)" : "")
        } onWritten: { job in
            bar.finish()
            printResult(job.output.path + "\n")
            written += 1
        }
        slow?.end()
        bar.finish()
        for note in notes { Terminal.write("note: \(note)\n") }
        for unreadable in leftOut { Terminal.write("left out: \(unreadable.problem)\n") }
        guard written + plan.done.count > 0 else {
            throw FileError(
                place, "cannot be predicted", reason: "none of its \(leftOut.count) case\(leftOut.count == 1 ? "" : "s") could be"
            )
        }
        if !leftOut.isEmpty { throw ExitCode.someLeftOut }
    }

    /// Steps of the bar for a case, whose planes are known once it has been read.
    private static let resolution = 1000
}
