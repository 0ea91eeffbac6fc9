import DurableFiles
import Foundation
import MarginCalibration
import SegMetrics
import SegModels
import Torch
import TorchNN

/// A network's weights with everything that using them needs, in one safetensors file: the manifest stands in its metadata.
public struct Checkpoint {
    public struct Manifest: Codable, Sendable {
        /// Raised when a reader of the old form could not read the new one.
        public static let currentFormat = 1

        public let format: Int
        /// Name and version of the program that wrote it.
        public let program: String
        public let libtorch: String
        /// With intensity window, sizes, classes, label values, network, objective and protocol.
        public let configuration: RunConfiguration
        /// Channels of the images.
        public let channels: Int
        /// Pixels of each class in the training planes.
        public let trainingLabels: LabelDistribution
        /// Of each margin-calibrated term of the stage's objective.
        public let marginOffsets: [MarginOffsets]
        /// The stage's number, from 1, and name.
        public let stage: Int
        public let stageName: String
        public let objective: String
        /// Epochs of the stage done.
        public let epoch: Int
        /// Scores on the validation split.
        public let validation: MetricSummary

        enum CodingKeys: String, CodingKey {
            case format, program, libtorch, configuration, channels, stage, objective, epoch, validation
            case trainingLabels = "training_labels"
            case marginOffsets = "margin_offsets"
            case stageName = "stage_name"
        }
    }

    public let manifest: Manifest
    private let state: [String: Tensor]
    /// The file it comes from; nil for one that is to be written.
    private let source: URL?

    init(manifest: Manifest, network: any SegmentationNetwork) {
        self.manifest = manifest
        state = network.state()
        source = nil
    }

    private static let manifestKey = "marginseg"

    /// - Throws: `CheckpointError` for a file without a manifest that can be read; `SafetensorsError`, `FileError`.
    public init(contentsOf url: URL) throws {
        let file = try Safetensors(contentsOf: url)
        manifest = try Self.manifest(in: file.metadata, path: url.path)
        state = file.tensors
        source = url
    }

    /// Only the manifest.
    public static func manifest(of url: URL) throws -> Manifest {
        try manifest(in: Safetensors.metadata(of: url), path: url.path)
    }

    private static func manifest(in metadata: [String: String], path: String) throws -> Manifest {
        guard let text = metadata[manifestKey] else {
            throw CheckpointError(path: path, problem: "it has no manifest of marginseg; it was written by another program")
        }
        struct Format: Decodable { let format: Int }
        let data = Data(text.utf8)
        if let format = try? JSONDecoder().decode(Format.self, from: data).format, format > Manifest.currentFormat {
            throw CheckpointError(
                path: path, problem: "its form \(format) is newer than this program's \(Manifest.currentFormat); update marginseg"
            )
        }
        do {
            let manifest = try JSONDecoder().decode(Manifest.self, from: data)
            try manifest.configuration.validate()
            return manifest
        } catch let error as ConfigurationError {
            throw CheckpointError(path: path, problem: "its manifest cannot be used: \(error)")
        } catch {
            throw CheckpointError(path: path, problem: "its manifest cannot be read")
        }
    }

    public func write(to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(manifest), as: UTF8.self)
        try Safetensors(tensors: state, metadata: [Self.manifestKey: text]).write(to: url)
    }

    /// The network with these weights.
    ///
    /// - Throws: `CheckpointError` where they do not fit the manifest's network.
    public func makeNetwork() throws -> any SegmentationNetwork {
        let configuration = manifest.configuration
        let network = try configuration.network.makeNetwork(
            channels: manifest.channels, classes: configuration.data.classes.count, generator: Generator(seed: 0))
        try load(into: network)
        return network
    }

    /// - Throws: `CheckpointError` for a network that other weights belong to.
    func load(into network: any SegmentationNetwork) throws {
        do {
            try network.load(state)
        } catch let error as StateError {
            throw CheckpointError(path: source?.path ?? "the network", problem: "\(error)")
        }
    }
}

/// A checkpoint that cannot be used.
public struct CheckpointError: Error, CustomStringConvertible, Equatable {
    public let path: String
    public let problem: String

    public var description: String { "\(path) cannot be used as a checkpoint: \(problem)" }
}
