import ArgumentParser
import DurableFiles
import Foundation
import SegConfiguration
import SegImport
import SegInference
import SegReports

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a run of a model that another program trained: one of nnU-Net's, or weights of PyTorch.",
        discussion: """
            A results folder of nnU-Net's, TRAINER__PLANS__CONFIGURATION, has all that is needed: plans.json, dataset.json and the \
            networks of its folds. Its networks of planes and volumes, plain and residual, become a run, several folds a folder of runs \
            that predict as the mean. Spacing, intensities, windows and mirroring are nnU-Net's, and so are the labels. Post-processing \
            that nnUNetv2_find_best_configuration found for these folds is stored, for --post-processing stored.

              marginseg import nnUNetTrainer__nnUNetPlans__3d_fullres --output runs/theirs
              marginseg predict scans/ --model runs/theirs
              marginseg evaluate runs/theirs --data DATA

            A file of weights, .pth or .pt of PyTorch or .safetensors, has names and numbers alone; --config says of which network, input \
            and classes. Weights are found wherever they lie in the file, as under state_dict, and have PyTorch's names of the same \
            network (docs/FORMATS.md). Nothing in a file is executed.

              marginseg import coplenet.pth --config mine.yaml --output runs/theirs

            Refused by name, with the key that says so: stages of a cascade, regions that overlap, networks of other kinds.
            """)

    @Argument(help: "A results folder of nnU-Net's, or a file of weights.")
    var source: String

    @Option(help: ArgumentHelp("The new run's folder.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("Of a file of weights: the configuration of its network.", valueName: "file.yaml"))
    var config: String?

    @Option(help: "Of a file of weights: the channels of its images. Default: 1.")
    var channels: Int?

    @Option(
        help: ArgumentHelp(
            "Of nnU-Net's folds: which of their files. Default: \(ImportedModel.nnUNetCheckpoint).", valueName: "name"))
    var checkpoint: String?

    func validate() throws {
        if let channels, channels < 1 { throw ValidationError("--channels needs 1 or more, found \(channels).") }
    }

    func run() throws {
        let (place, folder) = (URL(argument: source), URL(argument: output))
        let model = try imported(place)
        try model.write(to: folder)
        let configuration = model.configuration
        let classes = configuration.data.classes.map { "\($0.name) (\($0.valuesInWords))" }.joined(separator: ", ")
        Terminal.write(
            "taken for: \(configuration.network.architecture.rawValue) of \(configuration.network.dimensions) dimensions, classes "
                + "\(classes); \(RunFacts.words(configuration.input))\n")
        for note in model.notes { Terminal.write("\(note)\n") }
        Terminal.write("next: marginseg predict scans/ --model \(shown(folder).shellWord)\n")
        printResult(folder.path + "\n")
    }

    private func imported(_ place: URL) throws -> ImportedModel {
        guard FileSystem.kind(of: place) != .folder else {
            guard config == nil, channels == nil else {
                throw ValidationError("--config and --channels are for a file of weights, and \(shown(place)) is a folder.")
            }
            return try ImportedModel(nnUNet: place, checkpoint: checkpoint ?? ImportedModel.nnUNetCheckpoint)
        }
        try FileSystem.requireFile(place)
        guard place.pathExtension.lowercased() != "safetensors" || ForeignWeights.isForeign(place) else {
            throw FileError(
                place, "needs no import", reason: "it is a checkpoint of marginseg, which every --model takes as it is")
        }
        guard checkpoint == nil else {
            throw ValidationError("--checkpoint is for a results folder of nnU-Net's, and \(shown(place)) is a file.")
        }
        guard let config else {
            throw ValidationError(
                "\(shown(place)) has weights alone: --config must say of which network, input and classes, as a training's file does."
            )
        }
        return try ImportedModel(
            weights: place, configuration: ConfigurationReader(file: URL(argument: config)).configuration(),
            channels: channels ?? 1)
    }
}
