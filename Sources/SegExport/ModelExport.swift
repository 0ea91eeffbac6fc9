import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegModels
import Torch
import TorchNN

/// Writes trained networks for other programs: as ONNX graphs, or their weights alone.
public struct ModelExport {
    let checkpoints: [Checkpoint]
    let outputs: [NetworkOutput]
    let weights: StoredWeights
    /// How scores are made of several passes, for the metadata.
    let settings: InferenceSettings
    let decision: Decision

    /// - Parameters:
    ///   - checkpoints: of the networks whose scores are averaged.
    ///   - outputs: of each graph.
    ///   - decision: of the classes, in the graph where that has them, and in the metadata.
    /// - Precondition: one checkpoint at least; graphs of several give their logits alone.
    public init(
        _ checkpoints: [Checkpoint], outputs: [NetworkOutput] = [.logits], weights: StoredWeights = .float32,
        settings: InferenceSettings = InferenceSettings(), decision: Decision = .argmax
    ) {
        precondition(!checkpoints.isEmpty && (checkpoints.count == 1 || outputs == [.logits]), "logits of several networks")
        self.checkpoints = checkpoints
        self.outputs = outputs
        self.weights = weights
        self.settings = settings
        self.decision = decision
    }

    /// Writes the files of a place, each whole or not at all.
    ///
    /// - Parameter withExample: whether a Python program that labels an image with them lies beside.
    /// - Throws: `UndescribedLayer` for a network that has no form as a graph; `ExportError` for one that is too large or whose weights
    ///   do not fit their type; `FileError` where nothing can be written.
    public func write(to place: ExportPlace, withExample: Bool = false) throws {
        let files = place.files(models: checkpoints.count, withExample: withExample)
        let new = files.filter { FileSystem.kind(of: $0) == .missing }
        do {
            try writeFiles(of: place, withExample: withExample)
        } catch {
            // Half an export would stand in the way of the next try.
            for file in new { try? FileManager.default.removeItem(at: file) }
            throw error
        }
    }

    private func writeFiles(of place: ExportPlace, withExample: Bool) throws {
        let program = withExample ? Data(PackageResources.example_py) : nil
        switch place {
        case .onnx(let url): try write(checkpoints[0], decision, to: url, program)
        case .safetensors(let url): try writeWeights(to: url)
        case .folder(let folder):
            for (number, checkpoint) in checkpoints.enumerated() {
                try write(checkpoint, .argmax, to: folder.appending(path: ExportPlace.member(number)), nil)
            }
            if let program { try DurableFile.write(program, to: folder.appending(path: "ensemble.py")) }
            let description = try EnsembleDescription(checkpoints, decision: decision)
            try DurableFile.write(json(description), to: folder.appending(path: "ensemble.json"))
            try removeMembers(beyond: checkpoints.count, in: folder)
        }
    }

    /// Of a larger ensemble that was there before.
    private func removeMembers(beyond count: Int, in folder: URL) throws {
        var number = count
        while FileSystem.kind(of: folder.appending(path: ExportPlace.member(number))) == .file {
            let member = ExportPlace.onnx(folder.appending(path: ExportPlace.member(number)))
            for file in member.files(models: 1, withExample: false) where FileSystem.kind(of: file) == .file {
                try FileSystem.remove(file)
            }
            number += 1
        }
    }

    private func write(_ checkpoint: Checkpoint, _ decision: Decision, to url: URL, _ program: Data?) throws {
        let network = try checkpoint.makeNetwork(execution: .composed)
        let description = try describe(checkpoint, network, decision)
        let model = try Self.model(network, outputs: outputs, weights: weights, decision: decision, description.properties)
        let data: Data = try model.serializedBytes()
        let base = url.deletingPathExtension()
        try FileSystem.makeFolder(url.deletingLastPathComponent())
        // It holds the description too, and is what a full disk refuses first.
        try DurableFile.write(data, to: url)
        try DurableFile.write(json(description), to: base.appendingPathExtension("json"))
        if let program { try DurableFile.write(program, to: base.appendingPathExtension("py")) }
    }

    private func writeWeights(to url: URL) throws {
        let network = try checkpoints[0].makeNetwork(execution: .composed)
        let tensors = try network.namedState().map { ($0.name, try weights.stored($0.tensor.detached(), named: $0.name)) }
        let description = try describe(checkpoints[0], network, decision)
        try FileSystem.makeFolder(url.deletingLastPathComponent())
        try Safetensors(
            tensors: Dictionary(uniqueKeysWithValues: tensors), metadata: description.properties
        ).write(to: url)
    }

    private func describe(
        _ checkpoint: Checkpoint, _ network: any SegmentationNetwork, _ decision: Decision
    ) throws -> ModelDescription {
        try ModelDescription(
            checkpoint, network: network, weights: weights, outputs: outputs, settings: settings, decision: decision)
    }

    private func json(_ description: some Encodable) throws -> String {
        try JSONEncoder.sorted(isPretty: true).text(description) + "\n"
    }

    /// A network as a model of ONNX, with sizes of batch and image that are free.
    ///
    /// - Throws: as `write`.
    static func model(
        _ network: any SegmentationNetwork, outputs: [NetworkOutput], weights: StoredWeights, decision: Decision,
        _ properties: [String: String]
    ) throws -> ONNXModelProto {
        let dimensions = network.sizeMultiples.count
        var description = NetworkGraph()
        _ = try network.describe(description.input, in: &description)
        let axes: [ONNXSize] = [.free("batch")] + ["depth", "height", "width"].suffix(dimensions).map(ONNXSize.free)
        var graph = ONNXGraph(named: "marginseg", of: network, weights: weights)
        graph.declare(input: "image", shape: [axes[0], .fixed(network.channelCount)] + axes.dropFirst())
        try graph.add(description, dimensions: dimensions, input: "image", output: NetworkOutput.logits.rawValue)
        try graph.add(
            outputs, of: NetworkOutput.logits.rawValue, classCount: network.classCount, axes: axes, decision: decision)
        var model = ONNXModelProto()
        model.irVersion = ONNXGraph.irVersion
        model.producerName = "marginseg"
        model.producerVersion = Version.current
        var operators = ONNXOperatorSetIdProto()
        operators.domain = ""
        operators.version = ONNXGraph.opset
        model.opsetImport = [operators]
        model.graph = graph.proto
        model.metadataProps = properties.sorted { $0.key < $1.key }.map { key, value in
            var entry = ONNXStringStringEntryProto()
            (entry.key, entry.value) = (key, value)
            return entry
        }
        return model
    }
}
