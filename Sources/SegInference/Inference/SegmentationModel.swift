import DataSets
import DurableFiles
import Foundation
import MedicalImages
import PostProcessing
import Sampling
import SegConfiguration
import SegModels
import Torch
import TorchNN

/// A trained model ready to label images: what makes scores, and the way from a file to its input and back.
public final class SegmentationModel {
    public let inferer: any Inferer
    /// Models of other preparations whose probabilities are averaged with this one's, at native size.
    let partners: [SegmentationModel]
    public let configuration: RunConfiguration
    package let recipe: Recipe
    /// How classes follow from scores.
    package var decision = Decision.argmax
    /// How label maps are changed at native size, the last thing that happens to them; nil: not at all.
    package var postProcessing: LearnedPostProcessing?
    /// How scores are made, such as `windows of 64×64, mean of 5 models`; nil for one network on whole inputs.
    let scoring: String?
    /// The same, how classes follow from them, and what becomes of the label maps; nil for one network on whole inputs whose largest
    /// score decides.
    public var way: String? {
        let steps = postProcessing?.steps.words(configuration.data.scoredClasses).map {
            "label maps with post-processing (\($0))"
        }
        let parts = [scoring, decision.words, steps].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
    private let hasOwnScoring: Bool
    /// Whether scores are a run's own: of one network in the usual way, the largest deciding, and label maps as they are.
    public var isOwnWay: Bool { hasOwnScoring && decision == .argmax && postProcessing == nil }
    /// Networks whose scores are averaged, without those of the partners.
    let networkCount: Int
    /// The cases that each of the networks was trained with, by its path.
    private let trainedWith: [(path: String, cases: Set<String>)]
    /// How the voxels of the training images lie; nil for a network in training, and where that is not known.
    let voxels: VoxelSummary?
    /// Samples that go through the network together, if memory allows.
    let batchSize: Int
    /// Bytes that the process may take in all; nil: what the machine has.
    let memoryLimit: Int?
    /// Bytes that the process took before it scored a case: libraries and weights.
    let ownMemory = ProcessMemory.resident ?? 0
    /// The checkpoint's path, for messages; nil for a network in training.
    let source: String?
    /// The checkpoint's checksum; nil for a network in training, and where there is none.
    let checksum: String?

    package init(
        _ inferer: any Inferer, configuration: RunConfiguration, source: String? = nil, checksum: String? = nil,
        voxels: VoxelSummary? = nil, way: String? = nil, trainedWith: [(path: String, cases: Set<String>)] = [],
        memoryLimit: Int? = nil, networkCount: Int = 1, partners: [SegmentationModel] = [], hasOwnScoring: Bool = true
    ) throws {
        self.hasOwnScoring = hasOwnScoring
        self.inferer = inferer
        self.networkCount = networkCount
        self.partners = partners
        scoring = way
        self.trainedWith = trainedWith
        self.memoryLimit = memoryLimit
        self.configuration = configuration
        recipe = try configuration.recipe
        batchSize = configuration.training.batchSize
        self.source = source
        self.checksum = checksum
        self.voxels = voxels
    }

    /// - Parameters:
    ///   - execution: nil: the one that the checkpoint's configuration names.
    ///   - precision: what the network computes in, whatever it was trained in.
    /// - Throws: `FileError` for weights of another network, `TorchError` for a device that is not there.
    public convenience init(
        checkpoint: Checkpoint, settings: InferenceSettings = InferenceSettings(), device: Device = .cpu,
        execution: Execution? = nil, precision: TrainingConfiguration.Precision = .float32
    ) throws {
        try self.init(
            ensemble: [checkpoint], settings: settings, device: device, execution: execution, precision: precision)
    }

    /// Several models whose scores are averaged; what they were trained on is taken from the first. Those of one way from file to input
    /// are one ensemble; several such ensembles meet as probabilities at native size, each of equal weight.
    ///
    /// - Throws: as for one; `FileError` for models of other classes or channels than the first, and for one that is named twice;
    ///   `SettingError`.
    /// - Precondition: one checkpoint at least.
    public convenience init(
        ensemble checkpoints: [Checkpoint], settings: InferenceSettings = InferenceSettings(), device: Device = .cpu,
        execution: Execution? = nil, precision: TrainingConfiguration.Precision = .float32
    ) throws {
        let first = checkpoints[0]
        try precision.prepare()
        try Checkpoint.requireDistinct(checkpoints)
        for other in checkpoints.dropFirst() { try other.requireSameTask(as: first) }
        let ensembles = try Checkpoint.grouped(checkpoints)
        let partners = try ensembles.dropFirst().map { checkpoints in
            try SegmentationModel(
                ensemble: checkpoints, settings: settings, device: device, execution: execution, precision: precision)
        }
        let own = ensembles[0]
        let networks = try own.map { checkpoint in
            let network = try checkpoint.makeNetwork(execution: execution)
            try network.move(to: device)
            let format = TrainingConfiguration.MemoryFormat.automatic
            try network.arrange(format.layout(on: device, dimensions: checkpoint.manifest.configuration.network.dimensions))
            return WholeInput(network: network, device: device, precision: precision)
        }
        let checksums = own.compactMap(\.checksum) + partners.compactMap(\.checksum)
        let ways = [settings.words(first.manifest.configuration, models: own.count)] + partners.map(\.scoring)
        try self.init(
            settings.inferer(networks, first.manifest.configuration), configuration: first.manifest.configuration,
            source: first.source?.path, checksum: checksums.isEmpty ? nil : checksums.joined(separator: "+"),
            voxels: first.manifest.voxels, way: partners.isEmpty ? ways[0] : Self.jointWay(ways),
            trainedWith: own.map { ($0.source?.path ?? "", Set($0.manifest.splits?.train ?? [])) }
                + partners.flatMap(\.trainedWith),
            memoryLimit: settings.memory, networkCount: own.count, partners: partners,
            hasOwnScoring: settings.isUsual(first.manifest.configuration) && checkpoints.count == 1)
    }

    private static func jointWay(_ ways: [String?]) -> String {
        "the mean probability of " + ways.map { "(\($0 ?? "one network on whole inputs"))" }.joined(separator: " and ")
    }

    /// Checks that no network is scored on what it was trained with; the first one's splits are those that are scored.
    ///
    /// - Throws: `FileError` for another network that was trained with one of the cases.
    public func requireUnseen(_ cases: [DataCase], split: Split) throws {
        guard split != .train else { return }
        for (path, trained) in trainedWith {
            guard let seen = cases.first(where: { trained.contains($0.id) }) else { continue }
            throw FileError(
                path, "cannot be scored on the \(split.rawValue) split",
                reason: "it was trained with the case '\(seen.id)'; average models that have not seen these cases")
        }
    }

    /// Reads a case as the model wants it.
    ///
    /// - Throws: `CaseError` for a file that does not fit the recipe or the network; `ImageFileError`, `FileError`.
    func read(_ dataCase: DataCase) throws -> PreparedCase {
        let prepared = try CaseReader(recipe, channels: inferer.channelCount).read(dataCase)
        try prepared.requireChannels(inferer.channelCount, path: dataCase.image.path)
        return prepared
    }

    /// The same of a case with labels, which come with it.
    ///
    /// - Throws: `CaseError.noLabel` too.
    func readLabelled(_ dataCase: DataCase) throws -> (prepared: PreparedCase, truth: [UInt8]) {
        let prepared = try read(dataCase)
        guard let truth = prepared.labels else { throw CaseError.noLabel(path: prepared.id) }
        return (prepared, truth)
    }

    /// What in a case is unlike those of the training.
    func remarks(on prepared: PreparedCase) -> [String] { voxels?.remarks(on: prepared.grid, recipe: recipe) ?? [] }

    /// The class of every voxel at native size, [depth, height, width] of the case's `extent`.
    ///
    /// - Parameters:
    ///   - inPlanes: whether parts of a volume are to be whole planes, in order.
    ///   - onStep: called with the planes or windows done and their number, to show progress.
    ///   - collect: called with the scored samples of each batch or part, for uses that need more than their classes.
    /// - Throws: `NetworkInputError` for another number of channels; `ScoresNotFinite`; `PostProcessingError`; what `collect`
    ///   throws.
    public func predict(
        _ prepared: PreparedCase, inPlanes: Bool = false, onStep: (_ done: Int, _ of: Int) -> Void = { _, _ in },
        collect: (PredictedSamples) throws -> Void = { _ in }
    ) throws -> [UInt8] {
        var labels = [UInt8](repeating: 0, count: prepared.extent.voxelCount)
        try forEachPart(of: prepared, inPlanes: inPlanes, onStep: onStep) { part in
            try collect(part)
            part.put(try part.nativeClasses(), into: &labels)
        }
        return try postProcessing?.steps.apply(
            to: labels, of: prepared.id, extent: prepared.extent, voxelVolume: prepared.grid.geometry?.voxelVolume) ?? labels
    }

    /// Has the samples of a case scored, a batch of planes or a part of a volume at a time, so that memory holds the scores of one.
    /// Batches are of the training's size, or smaller where memory is short.
    ///
    /// The one place where scores come out of a network for a case, so all that use them are sure that they are numbers.
    ///
    /// - Throws: `TooLittleMemory` before a sample for which there is none; `NetworkInputError` for another number of channels;
    ///   `ScoresNotFinite`; what `body` throws.
    package func forEachPart(
        of prepared: PreparedCase, inPlanes: Bool = false, onStep: (_ done: Int, _ of: Int) -> Void = { _, _ in },
        _ body: (PredictedSamples) throws -> Void
    ) throws {
        guard !partners.isEmpty else { return try forEachOwnPart(of: prepared, inPlanes: inPlanes, onStep: onStep, body) }
        try JointProbabilities(of: prepared, by: [self] + partners, onStep: onStep).forEachPart { part in
            part.decision = decision
            try body(part)
        }
    }

    /// The same of this model's own networks, without its partners.
    func forEachOwnPart(
        of prepared: PreparedCase, inPlanes: Bool, onStep: (_ done: Int, _ of: Int) -> Void,
        _ body: (PredictedSamples) throws -> Void
    ) throws {
        let need = MemoryNeed(of: prepared.grid, image: prepared.image.bytes, inPlanes: inPlanes, for: self)
        let batchSize = try need.batchSize(of: prepared.id)
        func checked(_ part: PredictedSamples) throws -> PredictedSamples {
            let count = try part.logits.notFiniteCount()
            guard count == 0 else {
                throw ScoresNotFinite(model: source, caseID: prepared.id, planes: part.numbers, count: count)
            }
            part.decision = decision
            return part
        }
        if recipe.dimensions == 3 {
            var parts = ScoredParts(of: prepared)
            return try withInference {
                try inferer.forEachPart(of: prepared.input(0), inPlanes: inPlanes || parts.areInPlanes, onStep: onStep) {
                    box, scores in
                    if let part = try parts.part(box, scores) { try body(checked(part)) }
                }
            }
        }
        let (size, channels, count) = (prepared.route.inputSize, prepared.extent.channels, prepared.grid.sampleCount)
        for start in stride(from: 0, to: count, by: batchSize) {
            let planes = start..<min(start + batchSize, count)
            let inputs = planes.flatMap { prepared.input($0).whole }
            let logits = try withInference {
                try inferer.scores(of: Tensor(inputs, shape: [planes.count, channels] + size.lengths))
            }
            try body(checked(PredictedSamples(of: prepared, planes, logits: logits)))
            for plane in planes { onStep(plane + 1, count) }
        }
    }
}

/// A network whose scores of a case are NaN or infinite: its weights are damaged, or its training went astray.
public struct ScoresNotFinite: Error, CustomStringConvertible, Equatable, Sendable {
    /// The checkpoint's path; nil for a network in training.
    public let model: String?
    public let caseID: String
    /// The planes that went through the network together.
    public let planes: Range<Int>
    /// Scores among theirs that are no numbers.
    public let count: Int

    public var description: String {
        let place = planes.count == 1 ? "plane \(planes.lowerBound)" : "planes \(planes.lowerBound) to \(planes.upperBound - 1)"
        return "\(model ?? "the network in training") gives \(count) score\(count == 1 ? "" : "s") that are NaN or infinite for "
            + "'\(caseID)', \(place); "
            + (model == nil
                ? "try a smaller learning_rate, clip_norm=1 or precision=float32"
                : "its weights are no use, take another checkpoint of the run")
    }
}
