import DurableFiles
import Foundation
import MarginCalibration
import SegConfiguration
import SegInference
import SegModels
import Torch

/// A model that another program trained, as runs of ours: what `marginseg import` writes.
public struct ImportedModel {
    /// The folders of the runs by name, one for each network; the name is empty for the only one.
    private let runs: [(name: String, checkpoint: Checkpoint)]
    /// What was taken and what was left, a line each.
    public let notes: [String]
    private let postProcessing: NnUNetPostProcessing?

    public var networkCount: Int { runs.count }
    /// Of the first network.
    public var configuration: RunConfiguration { runs[0].checkpoint.manifest.configuration }

    /// One of nnU-Net's trainings with its folds.
    ///
    /// - Parameters:
    ///   - url: `TRAINER__PLANS__CONFIGURATION`.
    ///   - checkpoint: the file's name in each fold.
    /// - Throws: `FileError` for a folder that is no such training, and for one of a kind that is not understood, with the key that says
    ///   so.
    public init(nnUNet url: URL, checkpoint: String = Self.nnUNetCheckpoint) throws {
        let folder = try NnUNetFolder(url, checkpoint: checkpoint)
        let data = try NnUNetDataSet(JSONNode(file: folder.dataSet))
        let plan = try NnUNetPlan(folder.configuration, in: JSONNode(file: folder.plans), channels: data.channelCount)
        var notes: [String] = []
        runs = try folder.folds.map { fold, checkpoint in
            let weights = try ForeignWeights(contentsOf: checkpoint)
            let configuration = try plan.configuration(
                data, mirror: weights.ints(at: "inference_allowed_mirroring_axes"), epochs: weights.int(at: "current_epoch"))
            let (imported, note) = try Self.checkpoint(
                weights, configuration, channels: data.channelCount, stage: "nnU-Net's \(folder.trainer), fold \(fold)")
            notes.append(note)
            return (folder.folds.count == 1 ? "" : "fold-\(fold)", imported)
        }
        if folder.leavesAll {
            notes.append("fold_all is left, since there are folds; move their folders away to import it alone")
        }
        postProcessing = try NnUNetPostProcessing(in: folder.crossValidation, foreground: Array(data.classes.indices.dropFirst()))
        self.notes =
            notes + [postProcessing?.note(runs[0].checkpoint.manifest.configuration.data.scoredClasses)].compactMap(\.self)
    }

    public static let nnUNetCheckpoint = "checkpoint_final.pth"

    /// Weights of one network.
    ///
    /// - Parameters:
    ///   - url: a file of PyTorch's, or safetensors.
    ///   - configuration: of the network, its input and its classes.
    ///   - channels: of the images.
    /// - Throws: `FileError` for a file that cannot be read, and for weights of another network.
    public init(weights url: URL, configuration: RunConfiguration, channels: Int) throws {
        let (checkpoint, note) = try Self.checkpoint(
            ForeignWeights(contentsOf: url), configuration, channels: channels, stage: "another program")
        runs = [("", checkpoint)]
        notes = [note]
        postProcessing = nil
    }

    private static func checkpoint(
        _ weights: ForeignWeights, _ configuration: RunConfiguration, channels: Int, stage: String
    ) throws -> (Checkpoint, note: String) {
        let network = try configuration.network.makeNetwork(
            channels: channels, classes: configuration.data.classes.count, generator: Generator(seed: 0))
        let note = try weights.load(into: network)
        let first = configuration.training.stages[0]
        let checkpoint = Checkpoint(
            manifest: .init(
                configuration: configuration, channels: channels,
                trainingLabels: try LabelDistribution(counts: configuration.data.classes.map { _ in 0 }), marginOffsets: [],
                stage: 1, stageName: stage, objective: first.objective, epoch: first.epochs, validation: nil,
                importedFrom: stage, dataNotes: ["which cases the model has seen is not known: another program trained it"]),
            weights: network.state())
        return (checkpoint, note)
    }

    /// Writes a run, or a folder of runs for several networks, each of which appears as a whole.
    ///
    /// - Throws: `FileError` where a run is there already, or nothing can be written.
    public func write(to url: URL) throws {
        let folders = runs.map { RunFolder($0.name.isEmpty ? url : url.appending(path: $0.name)) }
        for folder in [RunFolder(url)] + folders { try folder.requireNew() }
        let wasThere = FileSystem.kind(of: url) != .missing
        do {
            for (folder, run) in zip(folders, runs) {
                try folder.create()
                try run.checkpoint.write(to: folder.best)
                try DurableFile.write(run.checkpoint.manifest.configuration.yaml, to: folder.configuration)
            }
            if let postProcessing, !postProcessing.learned.steps.steps.isEmpty {
                let decision = postProcessing.decision(
                    weights: try folders.compactMap { try Checkpoint.checksum(of: $0.best) },
                    classNames: configuration.data.classNames)
                try DecisionFile.write(decision, to: DecisionFile.url(of: url))
            }
        } catch {
            // Half a run would stand in the way of the next try.
            let made = wasThere ? folders.flatMap { $0.url == url ? [$0.best, $0.configuration, $0.decision] : [$0.url] } : [url]
            for place in made { try? FileManager.default.removeItem(at: place) }
            throw error
        }
    }
}
