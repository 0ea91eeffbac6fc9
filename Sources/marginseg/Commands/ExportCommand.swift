import ArgumentParser
import DurableFiles
import Foundation
import SegConfiguration
import SegExport
import SegInference

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a trained network for other programs: as ONNX, or its weights as safetensors.",
        discussion: """
            A file that ends in .onnx holds the network as a graph of opset 18 whose batch and image sizes are free, and, as metadata, \
            all that leads from a file to the same labels: normalisation, spacing, sizes, windows, classes, decision. A .json file \
            beside it holds the same. Several models, such as the folds of a cross-validation, become a folder with ensemble.json.

              marginseg export runs/a --to model.onnx
              marginseg export runs/a --to model.onnx --outputs probabilities,classes --decision calibrated
              marginseg export runs/a --to model.onnx --weights float16 --example
              marginseg export runs/cv --to ensemble/
              marginseg export runs/a --to weights.safetensors

            With --example a Python program stands beside the model that labels images with numpy and onnxruntime as marginseg predict \
            does: model.py IMAGE LABELS. A file that ends in .safetensors holds the weights under PyTorch's names. docs/EXPORT.md \
            describes the metadata.
            """)

    @Argument(
        help: ArgumentHelp(
            "Run folders (their best checkpoints), folders of runs or checkpoint files; of several, the scores are to be averaged.",
            valueName: "run|file"))
    var models: [String]

    @Option(
        help: ArgumentHelp(
            "The file, whose ending says what it holds, .onnx or .safetensors; or a folder for ONNX files of several models.",
            valueName: "path"))
    var to: String

    @Option(
        help: ArgumentHelp(
            "What the graph gives: logits, probabilities, classes, or some of them with commas between.",
            discussion: """
                logits: raw scores; probabilities: their softmax; classes: the number of the class that --decision takes for each pixel, \
                uint8. Each is of one input: where windows or mirrors are averaged, that comes before, and needs the logits. \
                Default: logits.
                """, valueName: "output,…"),
        transform: outputs(argument:))
    var outputs = [NetworkOutput.logits]

    @Option(
        help: ArgumentHelp(
            "How classes follow from scores: argmax, calibrated or iou, as in marginseg predict.",
            discussion:
                "In the graph where it gives classes, and in the metadata. Default: argmax, or what marginseg select stored."))
    var decision: DecisionName?

    @Option(
        help: ArgumentHelp(
            "What weights are stored in: float32 or float16.",
            discussion: "float16 halves the file; the network computes in float32 all the same."))
    var weights = StoredWeights.float32

    @Flag(help: "Write a Python program beside the model that labels images with it.")
    var example = false

    @Flag(help: "Replace files that exist.")
    var overwrite = false

    private static func outputs(argument: String) throws -> [NetworkOutput] {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let outputs = words.compactMap(NetworkOutput.init)
        guard outputs.count == words.count, Set(outputs).count == outputs.count else {
            throw ValidationError(
                "expected logits, probabilities, classes, or some of them with commas between, found \(argument)")
        }
        return outputs
    }

    func validate() throws {
        if example, !outputs.contains(.logits) { throw ValidationError("--example needs --outputs with logits.") }
    }

    func run() throws {
        let named = try NamedModels(models)
        let url = URL(argument: to)
        let place = try ExportPlace(
            to.hasSuffix("/") ? URL(filePath: url.path, directoryHint: .isDirectory) : url, models: named.files.count)
        try check(place)
        let files = place.files(models: named.files.count, withExample: example)
        try OutputFiles.check(
            files.map { .init($0, of: "the export") }, inputs: named.files,
            overwrite ? [.replacing, .makingFolders] : .makingFolders, advice: "name another --to")
        named.tellSelection()
        let checkpoints = try named.checkpoints()
        let settings = InferenceSettings(mirroring: named.selection?.settings.mirroring ?? .usual)
        let model = try SegmentationModel(ensemble: checkpoints, settings: settings)
        let notes = try model.decide(decision ?? named.selection?.chosen.decision, by: DecisionFile.url(of: named.place))
        for note in notes { Terminal.write("note: \(note)\n") }
        tellLimits(checkpoints[0].manifest.configuration, settings, named.selection)
        try ModelExport(checkpoints, outputs: outputs, weights: weights, settings: settings, decision: model.decision)
            .write(to: place, withExample: example)
        printResult(files.map { shown($0) + "\n" }.joined())
    }

    /// - Throws: `ValidationError` for what the form of the file does not have.
    private func check(_ place: ExportPlace) throws {
        switch place {
        case .onnx: return
        case .safetensors:
            guard !example, outputs == [.logits] else {
                throw ValidationError(
                    "a .safetensors file holds weights alone; leave out --outputs and --example, or name an .onnx file.")
            }
        case .folder:
            guard outputs == [.logits] else {
                throw ValidationError(
                    "what follows from the scores of an ensemble follows from their mean, which no single graph has; leave out --outputs."
                )
            }
        }
    }

    /// Says what is not in the graph.
    private func tellLimits(_ configuration: RunConfiguration, _ settings: InferenceSettings, _ selection: Selection?) {
        if outputs != [.logits], let words = settings.words(configuration, models: 1) {
            Terminal.write(
                "note: the model's scores are those of \(words), averaged before they decide; what the graph gives beside logits is of "
                    + "one input\n")
        }
        if selection?.chosen.isPostProcessed == true {
            Terminal.write("note: post-processing of label maps is no part of an export; marginseg predict applies it\n")
        }
    }
}

extension StoredWeights: ExpressibleByArgument {}
