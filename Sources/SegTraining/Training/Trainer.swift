import DurableFiles
import Foundation
import MarginCalibration
import SegData
import SegLosses
import SegMetrics
import SegModels
import Torch
import TorchNN
import Yams

/// Runs the stages of a configuration and leaves checkpoints and metrics in a run folder.
public struct Trainer {
    /// Where and how a run works; nothing here changes what it computes.
    public struct Resources: Sendable {
        public var device: Device
        /// Threads that prepare batches.
        public var loaderWorkers: Int

        public init(device: Device = .cpu, loaderWorkers: Int = 1) {
            self.device = device
            self.loaderWorkers = loaderWorkers
        }
    }

    let configuration: RunConfiguration
    let dataSet: DataSet
    let folder: RunFolder
    let resources: Resources
    /// Starting weights, such as a pre-training that several objectives share.
    let initialWeights: URL?
    let observe: (TrainingEvent) -> Void

    public init(
        _ configuration: RunConfiguration, dataSet: DataSet, folder: RunFolder, resources: Resources = Resources(),
        initialWeights: URL? = nil, observe: @escaping (TrainingEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.dataSet = dataSet
        self.folder = folder
        self.resources = resources
        self.initialWeights = initialWeights
        self.observe = observe
    }

    /// Trains all stages.
    ///
    /// Each stage starts from the best checkpoint of the one before, with a fresh optimiser.
    ///
    /// - Throws: errors of data, configuration and files; `TrainingError` for a loss that is not finite.
    public func run() throws {
        try resources.device.prepare()
        // What can fail fails before the first step, and before the data are decoded where that is possible.
        try folder.requireNew()
        let data = try prepare()
        let losses = try makeLosses(data.store.labelDistribution)
        let network = try makeNetwork(channels: data.store.channels)
        try folder.create()
        try DurableFile.write(try YAMLEncoder().encode(configuration), to: folder.configuration)
        let metrics = try JSONLines(folder.metrics)
        observe(
            .prepared(
                .init(
                    trainingPlanes: data.store.count, leftOut: data.store.leftOut, validationCases: data.validation.count,
                    labels: data.store.labelDistribution, classNames: dataSet.classNames, parameterCount: network.parameterCount))
        )

        let dropout = try Generator(seed: configuration.training.seed &+ 1, device: resources.device)
        for (index, (stage, loss)) in zip(configuration.training.stages, losses).enumerated() {
            if index > 0 { try Checkpoint(contentsOf: folder.best).load(into: network) }
            try run(stage, number: index + 1, loss: loss, network: network, data: data, dropout: dropout, metrics: metrics)
            if index + 1 < configuration.training.stages.count {
                try DurableFile.copy(folder.best, to: folder.stage(index + 1, stage.name))
            }
        }
    }

    // MARK: Before the first step

    private struct PreparedData {
        let store: PlaneStore
        let validation: [PreparedCase]
    }

    private func prepare() throws -> PreparedData {
        let recipe = try configuration.recipe
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let plan = try PlanePlan(dataSet.cases(of: .train), recipe: recipe, workers: cores)
        let validation = try dataSet.cases(of: .validation)
        observe(.preparing(planes: plan.planeCount, estimatedBytes: plan.estimatedBytes))
        let store = try PlaneStore(plan, selection: configuration.training.planes, workers: cores)
        let reader = try CaseReader(recipe)
        return PreparedData(
            store: store,
            validation: try validation.map { dataCase in
                let prepared = try reader.read(dataCase)
                try prepared.requireChannels(store.channels, path: dataCase.images[0].path)
                return prepared
            })
    }

    private func makeLosses(_ labels: LabelDistribution) throws -> [any SegmentationLoss] {
        let context = LossContext(classNames: dataSet.classNames, distribution: labels, ignoreLabel: Int(LabelMap.ignored))
        return try configuration.training.stages.map { stage in
            do {
                return try LossExpression(stage.objective).makeLoss(context)
            } catch let error as MarginOffsetsError {
                throw TrainingError.objective(stage.objective, stage: stage.name, problem: error.description)
            }
        }
    }

    private func makeNetwork(channels: Int) throws -> any SegmentationNetwork {
        let network = try configuration.network.makeNetwork(
            channels: channels, classes: configuration.data.classes.count, generator: Generator(seed: configuration.training.seed)
        )
        if let initialWeights {
            let checkpoint = try Checkpoint(contentsOf: initialWeights)
            let other = checkpoint.manifest
            let pairs = [
                (
                    "network.architecture", configuration.network.architecture.rawValue,
                    other.configuration.network.architecture.rawValue
                ),
                ("network.features", "\(configuration.network.features)", "\(other.configuration.network.features)"),
                (
                    "network.normalization", configuration.network.normalization.rawValue,
                    other.configuration.network.normalization.rawValue
                ),
                ("the number of channels", "\(channels)", "\(other.channels)"),
                ("the number of classes", "\(configuration.data.classes.count)", "\(other.configuration.data.classes.count)"),
            ]
            for (key, expected, found) in pairs where expected != found {
                throw TrainingError.otherNetwork(path: initialWeights.path, key: key, expected: expected, found: found)
            }
            try checkpoint.load(into: network)
        }
        try network.move(to: resources.device)
        return network
    }

    // MARK: A stage

    private func run(
        _ stage: StageConfiguration, number: Int, loss: any SegmentationLoss, network: any SegmentationNetwork,
        data: PreparedData,
        dropout: Generator, metrics: JSONLines
    ) throws {
        let training = configuration.training
        let optimizer = try makeOptimizer(stage, network.parameters)
        let loader = BatchLoader(
            data.store, batchSize: training.batchSize, order: .shuffled, dropLast: data.store.count >= training.batchSize,
            augmentation: training.augmentation, seed: training.seed &+ UInt64(number) << 32, workers: resources.loaderWorkers)
        let model = try SegmentationModel(network: network, configuration: configuration, device: resources.device)
        observe(
            .stageStarted(
                .init(
                    number: number, stageCount: training.stages.count, stage: stage, batchesPerEpoch: loader.batchesPerEpoch,
                    offsets: loss.marginOffsets)))

        var bestScore: Double?
        for epoch in 1...stage.epochs {
            let pass = try train(
                stage, epoch: epoch, loader: loader, network: network, loss: loss, optimizer: optimizer, dropout: dropout)
            let summary = try validate(model, data.validation)
            let score = training.selectBy.value(in: summary)
            let isBest = bestScore.map { (score ?? -.infinity) > $0 } ?? true
            let checkpoint = Checkpoint(
                manifest: .init(
                    format: Checkpoint.Manifest.currentFormat, program: "marginseg \(Version.current)",
                    libtorch: TorchLibrary.version,
                    configuration: configuration, channels: data.store.channels, trainingLabels: data.store.labelDistribution,
                    marginOffsets: loss.marginOffsets, stage: number, stageName: stage.name, objective: stage.objective,
                    epoch: epoch, validation: summary),
                network: network)
            if isBest {
                bestScore = score ?? -.infinity
                try checkpoint.write(to: folder.best)
            }
            try checkpoint.write(to: folder.last)
            let record = EpochRecord(
                stage: number, stageName: stage.name, objective: stage.objective, epoch: epoch, trainingLoss: pass.loss,
                learningRate: pass.learningRate, seconds: pass.seconds, secondsWaited: pass.secondsWaited,
                imagesPerSecond: Double(pass.images) / pass.seconds, validation: summary, selectedBy: training.selectBy,
                score: score,
                isBest: isBest)
            try metrics.append(record)
            observe(.epochFinished(record))
        }
    }

    private func makeOptimizer(_ stage: StageConfiguration, _ parameters: [Tensor]) throws -> any Optimizer {
        switch stage.optimizer {
        case .adamw: try AdamW(parameters, weightDecay: stage.weightDecay)
        case .sgd: try SGD(parameters, momentum: 0.9, weightDecay: stage.weightDecay, nesterov: true)
        }
    }

    /// One pass over the training planes.
    private struct Pass {
        var loss = 0.0
        var learningRate = 0.0
        var images = 0
        var seconds = 0.0
        var secondsWaited = 0.0
    }

    private func train(
        _ stage: StageConfiguration, epoch: Int, loader: BatchLoader, network: any SegmentationNetwork,
        loss: any SegmentationLoss,
        optimizer: any Optimizer, dropout: Generator
    ) throws -> Pass {
        let steps = loader.batchesPerEpoch
        let total = steps * stage.epochs
        let stream = loader.epoch(epoch)
        let start = ContinuousClock.now
        var pass = Pass()
        var number = 0
        while let batch = try stream.next() {
            let step = (epoch - 1) * steps + number
            pass.learningRate = stage.learningRateSchedule.rate(stage.learningRate, step: step, total: total)
            let size = batch.size
            let images = try Tensor(batch.images, shape: [batch.count, batch.channels, size.height, size.width]).to(
                device: resources.device)
            let labels = try Tensor(batch.labels, shape: [batch.count, size.height, size.width]).to(device: resources.device)
            try optimizer.clearGradients()
            let value = try loss(logits: network(images, .training(dropout)), labels: labels)
            let number64 = try value.item()
            guard number64.isFinite else {
                throw TrainingError.lossNotFinite(
                    value: number64, stage: stage.name, epoch: epoch, step: step + 1, samples: batch.samples.map(\.description))
            }
            try value.backward()
            try optimizer.step(learningRate: pass.learningRate)
            number += 1
            pass.loss += number64
            pass.images += batch.count
            observe(
                .stepped(
                    .init(
                        epoch: epoch, epochs: stage.epochs, step: step + 1, steps: total, loss: number64,
                        learningRate: pass.learningRate, images: batch.count)))
        }
        pass.loss /= Double(max(number, 1))
        pass.seconds = (ContinuousClock.now - start) / .seconds(1)
        pass.secondsWaited = stream.secondsWaited
        return pass
    }

    private func validate(_ model: SegmentationModel, _ cases: [PreparedCase]) throws -> MetricSummary {
        observe(.validating(cases: cases.count))
        let evaluator = Evaluator(model)
        var store = ConfusionStore(classCount: dataSet.classNames.count)
        var margins = ValidationMargins(of: cases, recipe: model.recipe, classCount: store.classCount)
        for (index, prepared) in cases.enumerated() {
            let prediction = try evaluator.evaluate(prepared, into: &store) { planes, logits in
                try margins.add(logits, planes: planes, of: prepared)
            }
            observe(.validated(.init(number: index + 1, prepared: prepared, prediction: prediction)))
        }
        observe(.marginsGathered(margins.byClass))
        return MetricSummary(store, classNames: dataSet.classNames)
    }
}
