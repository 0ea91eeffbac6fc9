import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import MedicalImages
import SegInference

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Label new images: a volume, a picture, a folder or a list of them, or the cases of a data set.",
        discussion: """
            Needs nothing but the checkpoint, which knows the intensity window, the sizes and the label values. A label file \
            has the exact grid of its image: size, affine, sform, qform and their codes. Values are those of the training \
            labels.

              marginseg predict scan.nii.gz --model runs/a --output scan_labels.nii.gz
              marginseg predict scans/ --model runs/a --output labels/
              marginseg predict list.txt --model runs/a --output labels/
              marginseg predict DATA --model runs/a --split test --output labels/
              marginseg predict SERIES --model runs/a --output labels.dcm

            Files belong together as in training: CASE_0000.nii.gz and CASE_0001.nii.gz of an nnU-Net data set, or \
            PATIENT/Flair.nii.gz and PATIENT/T1c.nii.gz, are one case, and its labels are named CASE or PATIENT; one of its files \
            finds the others. Any files are grouped by a CSV list with the columns image_1, image_2, … and, for names, id; a text \
            list names a file, a folder or a case a line. A file that fits no such pattern is a case of its own. A folder that holds \
            no image itself may be a data set, of which all cases are labelled unless --split names a part.

            A folder of DICOM files is an image: its labels are NIfTI on the series' grid or, where the output ends in .dcm, a \
            segmentation object that refers to the series. Below a folder of patients each folder with one series is a case; --format dicom-seg makes \
            objects of all.

            All outputs are checked before anything is written: no two files may have the same name, none may replace an image, \
            and existing files are kept unless --overwrite is given. A case that lacks a file, cannot be read or does not fit the \
            model is left out and named at the end. Exit codes: 0 all labelled, 2 cases were left out, 1 failed, 64 wrong usage.
            """)

    @Argument(help: "An image file, a folder of images, a list (CSV or text), or a data set.")
    var input: String

    @Option(
        help: ArgumentHelp(
            "A run folder (its best checkpoint), a folder of runs or a checkpoint file; of several, the scores are averaged.",
            valueName: "run|file"))
    var model: [String]

    @Option(
        help: ArgumentHelp(
            "Of a data set: label the cases of train, validation, test, or all.",
            discussion: "Cases that the model knows are in the split that they had in its training; images of imagesTs test."))
    var split: PredictionInput.Choice?

    @Option(
        help: ArgumentHelp(
            "The label file, or the folder for label files (a new folder's name ends in /).",
            discussion: "Default: beside the image CASE_labels, beside a folder the folder NAME_labels.", valueName: "path"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Write the probabilities of the classes beside each label file: nifti, npz as nnU-Net does, or dicom-seg.",
            discussion: """
                nifti: NAME_probabilities.nii.gz, float32 (x, y, z, class) on the image's grid; npz: NAME.npz with the array \
                probabilities, float32 [class, z, y, x], for pictures too; dicom-seg: NAME_probabilities.dcm, of a DICOM series, 0 to \
                255. Values are rounded to half precision, so that they pack well.
                """))
    var probabilities: PredictionMaps.Probabilities?

    @Option(
        help: ArgumentHelp(
            "Write how uncertain each voxel is beside each label file: entropy, from 0, certain, to 1.",
            discussion: "NAME_entropy.nii.gz; of a picture NAME_entropy.png, 0 to 65535."))
    var uncertainty: PredictionMaps.Uncertainty?

    @Option(help: ArgumentHelp("Of a DICOM folder with several series: label this one.", valueName: "number|UID"))
    var series: String?

    @Option(
        help: ArgumentHelp(
            "Write the labels of DICOM series as nifti, dicom-seg or dicom-labelmap.",
            discussion: "An output that ends in .dcm is a segmentation object in any case: a label map where that is asked for."))
    var format: LabelFormat = .nifti

    @Flag(help: "Replace files that exist.")
    var overwrite = false

    @Flag(name: .customLong("continue"), help: "Keep label files that exist and label the rest, as after an interruption.")
    var continues = false

    @OptionGroup var sharing: PartOption

    @Flag(
        help: "Print a JSON object a line for programs: what is planned, progress, each file. docs/PREDICTION.md has the fields.")
    var json = false

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var decision: DecisionOptions

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    @OptionGroup var numbers: PrecisionOptions

    func validate() throws {
        if overwrite, continues { throw ValidationError("Choose --overwrite or --continue.") }
    }

    func run() throws {
        let models = try NamedModels(model)
        let files = models.files
        let manifest = try Checkpoint.manifest(of: files[0])
        try inference.check(manifest.configuration, of: files[0])
        let dataFolder = manifest.configuration.data.folder.map { URL(filePath: $0) }
        // Where the data are gone or cannot be listed, there is nothing of theirs to replace.
        let trainingFiles = overwrite && dataFolder != nil ? (try? manifest.openDataSet(at: nil).files) ?? [] : []
        var place = URL(argument: input)
        if let series { place = try DICOMFolder(place).location(ofSeries: series) }
        let source = try PredictionInput(place, choice: split, for: manifest)
        for note in source.notes { Terminal.write("note: \(note)\n") }
        let plan = try PredictionPlan(
            source, output: output.map(URL.init(argument:)), overwrite: overwrite, continues: continues,
            values: manifest.configuration.data.writtenValues, part: sharing.part, format: format,
            maps: PredictionMaps(probabilities: probabilities, uncertainty: uncertainty), outside: dataFolder,
            reading: files + trainingFiles)
        if let first = plan.labels.first {
            let more = plan.labels.count > 1 ? " and \(plan.labels.count - 1) more" : ""
            Terminal.write("note: \(shown(first))\(more) passed over: labels beside their images\n")
        }
        if !plan.done.isEmpty { Terminal.write("note: \(plan.done.count) of \(plan.done.count + plan.jobs.count) are done\n") }
        guard json || !plan.jobs.isEmpty || !plan.leftOut.isEmpty else {
            if plan.done.isEmpty { Terminal.write("note: this part has no case\n") }
            return
        }
        let device = try compute.prepare()
        models.tellSelection()
        let segmentation = try SegmentationModel(
            ensemble: models.checkpoints(), settings: inference.settings(over: models.selection), device: device,
            execution: network.execution, precision: numbers.precision)
        try decision.apply(to: segmentation, of: models.place, over: models.selection)
        try run(segmentation, plan)
    }

    /// From here on people want to know it before.
    private static let muchMemory = 1_000_000_000

    private func run(_ model: SegmentationModel, _ plan: PredictionPlan) throws {
        let sizes = CaseSizes(plan.jobs.map(\.dataCase), for: model)
        inference.warnOfManyPasses(sizes, of: model)
        let need = sizes.memory(of: model, inPlanes: probabilities != nil || uncertainty != nil)
        let predictor = try Predictor(model, overlaps: need?.allowsOverlap ?? true)
        if let need, !json, need.bytes > Self.muchMemory || inference.maxMemory != nil {
            Terminal.write("note: takes about \(need.bytes.gigabytes) of memory\n")
        }
        let lines = json ? PredictionLines(plan, planes: sizes.planes, memory: need?.bytes) : nil
        let display: any PredictionDisplay = lines ?? PredictionProgress(sizes)
        var (written, leftOut) = (0, 0)
        var exitCode = ExitCode.failure
        // However the call ends, a program is told.
        defer { lines?.finish(written: written, kept: plan.done.count, leftOut: leftOut, exitCode: exitCode.rawValue) }
        let result: (leftOut: [UnreadableCase], notes: [String])
        do {
            defer { display.finish() }
            result = try predictor.run(plan) { event in
                if case .written = event { written += 1 }
                if case .leftOut = event { leftOut += 1 }
                display.show(event)
            }
        }
        for note in result.notes { Terminal.write("note: \(note)\n") }
        for unreadable in result.leftOut { Terminal.write("left out: \(unreadable.problem)\n") }
        guard written + plan.done.count > 0 || leftOut == 0 else {
            throw FileError(
                URL(argument: input), "cannot be predicted",
                reason: "none of its \(leftOut) case\(leftOut == 1 ? "" : "s") could be")
        }
        exitCode = leftOut == 0 ? .success : .someLeftOut
        if leftOut > 0 { throw exitCode }
    }
}

extension PredictionInput.Choice: ExpressibleByArgument {}
extension LabelFormat: ExpressibleByArgument {}
extension PredictionMaps.Probabilities: ExpressibleByArgument {}
extension PredictionMaps.Uncertainty: ExpressibleByArgument {}
