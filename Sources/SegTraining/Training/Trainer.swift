import DataSets
import DurableFiles
import Foundation
import MarginCalibration
import Sampling
import SegConfiguration
import SegInference
import SegLosses
import SegModels
import Torch

/// Runs the stages of a configuration and leaves checkpoints and metrics in a run folder.
///
/// At every instant from its first step on the folder holds a checkpoint that the run can be continued from, and a run that
/// was cut off and continued ends with the same bytes as one that was not.
public struct Trainer {
    public enum Outcome: Sendable, Equatable {
        case finished
        /// Asked to stop, and saved.
        case stopped(TrainingPosition)
    }

    let configuration: RunConfiguration
    let dataSet: DataSet
    let folder: RunFolder
    let saved: SavedRun?
    let resources: TrainingResources
    let processes: TrainingProcesses?
    let shouldStop: () -> Bool
    let observe: (TrainingEvent) -> Void

    /// A new run.
    ///
    /// - Parameters:
    ///   - folder: of the run; that of another process than the first is its own, and nobody asks for it later.
    ///   - processes: that train it together; nil: this one alone.
    ///   - shouldStop: asked after every step and every validated case.
    public init(
        _ configuration: RunConfiguration, dataSet: DataSet, folder: RunFolder,
        resources: TrainingResources = TrainingResources(), processes: TrainingProcesses? = nil,
        shouldStop: @escaping () -> Bool = { false }, observe: @escaping (TrainingEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.dataSet = dataSet
        self.folder = folder
        saved = nil
        self.resources = resources
        self.processes = processes
        self.shouldStop = shouldStop
        self.observe = observe
    }

    /// A run that goes on.
    ///
    /// - Parameter configuration: the run's own, but for what `SavedRun.changes` allows.
    public init(
        continuing saved: SavedRun, with configuration: RunConfiguration, dataSet: DataSet,
        resources: TrainingResources = TrainingResources(), processes: TrainingProcesses? = nil,
        shouldStop: @escaping () -> Bool = { false }, observe: @escaping (TrainingEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.dataSet = dataSet
        folder = saved.folder
        self.saved = saved
        self.resources = resources
        self.processes = processes
        self.shouldStop = shouldStop
        self.observe = observe
    }

    /// Trains all stages, or what is left of them.
    ///
    /// Each stage starts from the best checkpoint of the one before, unless it names another start, with a fresh optimiser.
    ///
    /// - Throws: errors of data, configuration and files; `TrainingError` for a loss that is not finite.
    @discardableResult
    public func run() throws -> Outcome {
        if saved?.isFinished(with: configuration) == true { return .finished }
        // What can fail fails before the first step, and before the data are decoded where that is possible.
        try resources.device.prepare()
        try configuration.training.prepare(on: resources.device)
        try processes?.requireParts(ofBatches: configuration.training.batchSize)
        if saved == nil { try folder.requireNew() }
        let starts = try StartingWeights(configuration)
        if saved == nil { try starts.verify() }
        let recipe = try configuration.recipe
        try requireMemory()
        let data = try TrainingData(dataSet, configuration, resources: resources) {
            observe(.preparing(samples: $0, word: recipe.sampleWord, estimatedBytes: $1))
        }
        try requireSameLabels(data.store.labelDistribution)
        try processes?.requireSame(
            configuration, labels: data.store.labelDistribution.counts,
            version: "marginseg \(Version.current) (libtorch \(TorchLibrary.version))")
        try processes?.requireParts(of: data.store.count, inBatchesOf: configuration.training.batchSize)
        let warnings = saved == nil ? try check(data) : []
        let objectives = try makeObjectives(data.store.labelDistribution)
        try starts.require(channels: data.store.channels, configuration)
        _ = try SampleTransform(configuration.training.augmentation, recipe: recipe, channels: data.store.channels)
        let network = try TrainedNetwork(configuration, channels: data.store.channels, device: resources.device)
        if saved == nil { try folder.create() }
        let lock = try saved?.lock ?? FolderLock(folder.url)
        return try withExtendedLifetime(lock) {
            let state = try TrainingState(
                configuration, data: data, objectives: objectives, starts: starts, network: network, device: resources.device)
            let loop = try TrainingLoop(
                configuration, data: data, state: state, folder: folder, resources: resources, processes: processes,
                shouldStop: shouldStop, observe: observe)
            try loop.begin(restoring: saved)
            processes?.isSaved = true
            // The last of a new run's first files: a folder with it can be continued.
            try DurableFile.write(configuration.yaml, to: folder.configuration)
            let facts = RunFacts(
                seed: configuration.training.seed, data: dataSet.origin, trainingSamples: data.store.count,
                leftOut: data.store.leftOut, validationCases: data.validation.count,
                validationScoring: InferenceSettings().words(configuration, models: 1),
                classNames: dataSet.classNames, labelCounts: data.store.labelDistribution.counts,
                labelFrequencies: data.store.labelDistribution.frequencies,
                parameterCount: network.trained.parameterCount,
                sessions: [
                    .init(
                        at: saved?.position ?? TrainingPosition(stage: 1), configuration.network,
                        classes: configuration.data.classes.count, resources,
                        processes: processes?.count)
                ])
            let recording = try RunFacts.record(facts, to: folder.facts)
            observe(
                .prepared(
                    .init(
                        trainingSamples: data.store.count, sampleWord: recipe.sampleWord, leftOut: data.store.leftOut,
                        validationCases: data.validation.count,
                        labels: data.store.labelDistribution,
                        view: recipe.trainingView(configuration.training.planes),
                        classNames: dataSet.classNames,
                        parameterCount: network.trained.parameterCount, continuing: saved?.position,
                        unreadable: data.unreadable, isOnDisk: data.store.isOnDisk)))
            for warning in warnings { observe(.warned(warning)) }
            if processes != nil, !network.trained.buffers.isEmpty {
                observe(
                    .warned(
                        "normalization: batch sees each process's part of a batch alone, and validation the running statistics of process 0; group and instance see what one process would"
                    ))
            }
            for line in data.store.labelNotes.lines { observe(.warned(line)) }
            if let damaged = recording.damaged {
                observe(
                    .warned(
                        "run.json could not be read, so the sessions before this one are unknown; it lies in \(damaged.path), and "
                            + "run.json is written anew"))
            }
            if !recording.differences.isEmpty {
                observe(
                    .warned(
                        "this run goes on on other terms than it began (\(recording.differences.joined(separator: ", "))): numbers may differ in their last bits"
                    ))
            }
            return try loop.run()
        }
    }

    /// Stops at what `inspect` calls an error.
    ///
    /// - Returns: what it warns of.
    private func check(_ data: TrainingData) throws -> [String] {
        let problems = try data.facts(configuration).problems
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty else { throw TrainingError.data(origin: dataSet.origin, problems: errors.map(\.text)) }
        return problems.filter { $0.severity == .warning }.map { problem in
            let files = problem.files.prefix(4).joined(separator: ", ") + (problem.files.count > 4 ? ", …" : "")
            return problem.text + (files.isEmpty ? "" : " (\(files))")
        }
    }

    /// Refuses batches that no step could hold; smaller ones may still be too large, and then the step says so.
    private func requireMemory() throws {
        let device = resources.device
        guard let available = device == .cpu ? ProcessMemory.available : device.freeBytes else { return }
        let (training, size) = (configuration.training, configuration.input.fit.size)
        func bytes(_ batch: Int) -> Int {
            configuration.network.leastTrainingBytes(batch: batch, sizes: size.lengths, dtype: training.precision.dtype)
        }
        // Processes may share a host's memory, but each has a device of its own.
        let count = device == .cpu ? 1 : processes?.count ?? 1
        let own = (training.batchSize + count - 1) / count
        guard bytes(own) > available else { return }
        let most = available / max(bytes(1), 1) * count
        throw TooLittleMemory(
            what: "a step on \(own) of \(size) (training.batch_size, input.fit)\(device == .cpu ? "" : " on \(device)")",
            bytes: bytes(own), available: available,
            remedy: most > 0
                ? "choose a batch_size of \(most) or less, a smaller input.fit, or a narrower network"
                : "choose a smaller input.fit, or a narrower network")
    }

    /// The same folder may hold other data by now.
    private func requireSameLabels(_ labels: LabelDistribution) throws {
        guard let trained = saved?.checkpoint.manifest.trainingLabels, trained != labels else { return }
        throw TrainingError.otherData(origin: dataSet.origin, expected: trained.counts, found: labels.counts)
    }

    private func makeObjectives(_ labels: LabelDistribution) throws -> [StageObjectives] {
        let context = LossContext(
            classNames: dataSet.classNames, hasBackground: configuration.data.hasBackground, distribution: labels,
            ignoreLabel: Int(LabelMap.ignored))
        return try configuration.training.stages.map { stage in
            do {
                return try StageObjectives(stage, context)
            } catch let error as MarginOffsetsError {
                throw TrainingError.objective(stage.objective, stage: stage.name, problem: error.description)
            }
        }
    }
}
