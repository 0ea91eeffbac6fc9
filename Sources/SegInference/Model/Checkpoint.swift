import DataSets
import DurableFiles
import Foundation
import MarginCalibration
import Sampling
import SegConfiguration
import SegMetrics
import SegModels
import Torch
import TorchNN

/// A network's weights with everything that using them needs, in one safetensors file: the manifest stands in its metadata.
///
/// The checkpoint that a run goes on from holds the state of its training beside the weights, under names that begin with
/// `training.`.
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
        /// Scores of these weights on the validation split; nil for weights within an epoch.
        public let validation: MetricSummary?
        /// Who trained the model, where it was another program: then stages, objective and epoch say nothing of it.
        public var importedFrom: String?
        /// What a reader of scores must know of the splits; nil for nothing.
        public var dataNotes: [String]?
        /// How the voxels of the training images lie; nil in files of before that was kept.
        public var voxels: VoxelSummary?
        /// The cases of the run; nil in files of before they were kept.
        public var splits: CaseSplits?

        package init(
            configuration: RunConfiguration, channels: Int, trainingLabels: LabelDistribution, marginOffsets: [MarginOffsets],
            stage: Int, stageName: String, objective: String, epoch: Int, validation: MetricSummary?, importedFrom: String? = nil,
            dataNotes: [String]? = nil,
            voxels: VoxelSummary? = nil, splits: CaseSplits? = nil, format: Int = currentFormat
        ) {
            self.format = format
            program = "marginseg \(Version.current)"
            libtorch = TorchLibrary.version
            self.configuration = configuration
            self.channels = channels
            self.trainingLabels = trainingLabels
            self.marginOffsets = marginOffsets
            self.stage = stage
            self.stageName = stageName
            self.objective = objective
            self.epoch = epoch
            self.validation = validation
            self.importedFrom = importedFrom
            self.dataNotes = dataNotes
            self.voxels = voxels
            self.splits = splits
        }

        enum CodingKeys: String, CodingKey {
            case format, program, libtorch, configuration, channels, stage, objective, epoch, validation, voxels, splits
            case trainingLabels = "training_labels"
            case marginOffsets = "margin_offsets"
            case stageName = "stage_name"
            case dataNotes = "data_notes"
            case importedFrom = "imported_from"
        }
    }

    /// What going on with the training needs beside the weights.
    package struct Continuation {
        package let position: TrainingPosition
        /// The state of optimiser and generators by name.
        package let tensors: [String: Tensor]

        package init(position: TrainingPosition, tensors: [String: Tensor]) {
            self.position = position
            self.tensors = tensors
        }
    }

    public let manifest: Manifest
    package let weights: [String: Tensor]
    package let continuation: Continuation?
    /// The file it comes from; nil for one that is to be written.
    let source: URL?
    /// Of the file's content; nil for one that is to be written, and for files of before there were checksums.
    package let checksum: String?

    package init(manifest: Manifest, weights: [String: Tensor], continuation: Continuation? = nil) {
        self.manifest = manifest
        self.weights = weights
        self.continuation = continuation
        source = nil
        checksum = nil
    }

    private static let manifestKey = "marginseg"
    private static let positionKey = "marginseg.training"
    private static let checksumKey = "marginseg.checksum"
    private static let trainingPrefix = "training."

    /// - Throws: `FileError` for a file that cannot be read, has no manifest, holds other bytes than were written, or weights that
    ///   are not finite.
    public init(contentsOf url: URL) throws {
        try Self.requireOwn(url)
        var file = try Safetensors(contentsOf: url)
        checksum = file.metadata.removeValue(forKey: Self.checksumKey)
        if let expected = checksum {
            let found = try file.checksum()
            guard found == expected else {
                throw FileError(
                    url.path, "cannot be used as a checkpoint",
                    reason: "it is damaged: the checksum of its content is \(found), expected \(expected); "
                        + "copy it again from its source, or take another checkpoint of the run")
            }
        }
        manifest = try Self.manifest(in: file.metadata, path: url.path)
        weights = file.tensors.filter { !$0.key.hasPrefix(Self.trainingPrefix) }
        continuation = try file.metadata[Self.positionKey].map { text in
            guard let position = try? JSONDecoder().decode(TrainingPosition.self, from: Data(text.utf8)) else {
                throw FileError(url.path, "cannot be used as a checkpoint", reason: "its state of the training cannot be read")
            }
            return Continuation(position: position, tensors: file.tensors.under(Self.trainingPrefix))
        }
        source = url
        try requireFinite()
    }

    private func requireFinite() throws {
        for (name, tensor) in weights.sorted(by: { $0.key < $1.key }) where try tensor.notFiniteCount() > 0 {
            throw FileError(
                source?.path ?? "the network", "cannot be used as a checkpoint",
                reason: "its weights are NaN or infinite, first in \(name); the file is damaged or its training went astray; "
                    + "take another checkpoint of the run")
        }
    }

    /// Only the checksum that the file states; nil where there is none.
    package static func checksum(of url: URL) throws -> String? { try Safetensors.metadata(of: url)[checksumKey] }

    /// Only where its training stands; nil for a file that no training goes on from.
    static func position(of url: URL) throws -> TrainingPosition? {
        try Safetensors.metadata(of: url)[positionKey].flatMap {
            try? JSONDecoder().decode(TrainingPosition.self, from: Data($0.utf8))
        }
    }

    /// Whether a safetensors file is one of marginseg's.
    static func hasManifest(_ url: URL) throws -> Bool { try Safetensors.metadata(of: url)[manifestKey] != nil }

    /// Files of PyTorch's are told by their names.
    private static func requireOwn(_ url: URL) throws {
        guard ["pth", "pt"].contains(url.pathExtension.lowercased()) else { return }
        try FileSystem.requireFile(url)
        throw FileError(
            url, "cannot be used as a checkpoint",
            reason: "it has weights alone; marginseg import makes a run of another program's weights")
    }

    /// Only the manifest.
    public static func manifest(of url: URL) throws -> Manifest {
        try requireOwn(url)
        return try manifest(in: Safetensors.metadata(of: url), path: url.path)
    }

    private static func manifest(in metadata: [String: String], path: String) throws -> Manifest {
        guard let text = metadata[manifestKey] else {
            throw FileError(
                path, "cannot be used as a checkpoint",
                reason: "it has no manifest of marginseg; marginseg import makes a run of another program's weights")
        }
        struct Format: Decodable { let format: Int }
        let data = Data(text.utf8)
        if let format = try? JSONDecoder().decode(Format.self, from: data).format, format > Manifest.currentFormat {
            throw FileError(
                path, "cannot be used as a checkpoint",
                reason: "its form \(format) is newer than this program's \(Manifest.currentFormat); update marginseg"
            )
        }
        do {
            let manifest = try JSONDecoder().decode(Manifest.self, from: data)
            try manifest.configuration.validate()
            return manifest
        } catch let error as ConfigurationError {
            throw FileError(path, "cannot be used as a checkpoint", reason: "its manifest cannot be used: \(error)")
        } catch {
            throw FileError(path, "cannot be used as a checkpoint", reason: "its manifest cannot be read")
        }
    }

    /// Bytes of its tensors; the header is small beside them.
    package var byteCount: Int {
        (Array(weights.values) + (continuation.map { Array($0.tensors.values) } ?? [])).reduce(0) {
            $0 + $1.count * $1.dtype.size
        }
    }

    public func write(to url: URL) throws {
        var file = Safetensors(tensors: weights, metadata: [Self.manifestKey: try JSONEncoder.sorted().text(manifest)])
        if let continuation {
            file.metadata[Self.positionKey] = try JSONEncoder.sorted().text(continuation.position)
            file.tensors.merge(continuation.tensors.named(Self.trainingPrefix)) { $1 }
        }
        file.metadata[Self.checksumKey] = try file.checksum()
        try file.write(to: url)
    }

    /// The network with these weights.
    ///
    /// - Parameter execution: nil: the one that the configuration names.
    /// - Throws: `FileError` where they do not fit the manifest's network.
    public func makeNetwork(execution: Execution? = nil) throws -> any SegmentationNetwork {
        var configuration = manifest.configuration
        if let execution { configuration.network.execution = execution }
        let network = try configuration.network.makeNetwork(
            channels: manifest.channels, classes: configuration.data.classes.count, generator: Generator(seed: 0))
        try load(into: network)
        return network
    }

    /// - Throws: `FileError` for a network that other weights belong to.
    package func load(into network: any SegmentationNetwork) throws {
        do {
            try network.load(weights)
        } catch let error as StateError {
            throw FileError(source?.path ?? "the network", "cannot be used as a checkpoint", reason: "\(error)")
        }
    }
}

extension Checkpoint.Manifest {
    /// The data set that the model was trained on, or another, with every known case in the split that it had in training.
    ///
    /// - Parameter folder: instead of the one that the run was configured with.
    /// - Throws: as `RunConfiguration.openDataSet`.
    public func openDataSet(at folder: URL?) throws -> DataSet {
        var configuration = configuration
        // The layout of another program says how it names images, not what data sets look like here.
        if importedFrom != nil { configuration.data.layout = nil }
        // Before splits were kept, the run's seed drew them.
        guard splits != nil else {
            return try configuration.listDataSet(at: folder).dataSet(configuration.data.split, seed: configuration.training.seed)
        }
        return try configuration.openDataSet(at: folder, keeping: splits)
    }
}

extension Tensor {
    /// Elements that are NaN or infinite.
    func notFiniteCount() throws -> Int { try withInference { try isFinite().logicalNot().sum().itemAsInt() } }
}

extension [String: Tensor] {
    /// The entries whose names begin with `prefix`, without it.
    package func under(_ prefix: String) -> [String: Tensor] {
        reduce(into: [:]) { if $1.key.hasPrefix(prefix) { $0[String($1.key.dropFirst(prefix.count))] = $1.value } }
    }

    /// The entries with `prefix` before their names.
    package func named(_ prefix: String) -> [String: Tensor] {
        reduce(into: [:]) { $0[prefix + $1.key] = $1.value }
    }
}
