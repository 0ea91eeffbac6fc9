import DurableFiles
import Foundation
import Sampling
import SegConfiguration
import SegInference
import SegLosses
import SegMetrics
import SegModels
import Torch
import TorchNN

/// A run under way: from where it stands through steps, epochs and stages, saving as it goes.
///
/// Files are written in an order that leaves a run to go on with at every instant: the line in `metrics.jsonl`, then the
/// newest checkpoint that covers it, then the best, which can be made again from the newest.
final class TrainingLoop {
    private let configuration: RunConfiguration
    private let data: TrainingData
    private let losses: [any SegmentationLoss]
    private let starts: StartingWeights
    private let network: TrainedNetwork
    private let model: SegmentationModel
    private let folder: RunFolder
    private let resources: Trainer.Resources
    private let shouldStop: () -> Bool
    private let observe: (TrainingEvent) -> Void

    private var position = TrainingPosition(stage: 1)
    private var optimizer: any Optimizer
    private let dropout: Generator
    /// Scores of the weights as they are; nil within an epoch.
    private var validation: MetricSummary?
    private var lastSave = ContinuousClock.now
    private var neverPredicted: [String] = []
    private var isMetricsFailureTold = false

    private var training: TrainingConfiguration { configuration.training }
    private var stage: StageConfiguration { training.stages[position.stage - 1] }
    private var loss: any SegmentationLoss { losses[position.stage - 1] }

    init(
        _ configuration: RunConfiguration, data: TrainingData, losses: [any SegmentationLoss], starts: StartingWeights,
        network: TrainedNetwork, folder: RunFolder, resources: Trainer.Resources, shouldStop: @escaping () -> Bool,
        observe: @escaping (TrainingEvent) -> Void
    ) throws {
        self.configuration = configuration
        self.data = data
        self.losses = losses
        self.starts = starts
        self.network = network
        model = try SegmentationModel(network: network.kept, configuration: configuration, device: resources.device)
        self.folder = folder
        self.resources = resources
        self.shouldStop = shouldStop
        self.observe = observe
        optimizer = try configuration.training.stages[0].makeOptimizer(network.trained.parameters)
        dropout = try Generator(seed: configuration.training.seed &+ 1, device: resources.device)
    }

    // MARK: From the start, or from where it was

    /// Takes up a saved state, or makes the first one; either way the folder then holds what the run stands at.
    func begin(restoring saved: SavedRun?) throws {
        DurableFile.removeParts(in: folder.url)
        if let saved {
            try restore(saved)
        } else {
            _ = try starts.load(stage: 1, into: network.trained)
            try network.begin()
            try JSONLines.cut(folder.metrics) { _ in false }
        }
        try requireRoom(isNew: saved == nil)
        // The best is written after the newest, so it may be missing.
        if let saved, position.step == 0, let best = position.best, best.epoch == position.epoch {
            try Checkpoint(manifest: saved.checkpoint.manifest, weights: saved.checkpoint.weights).write(to: folder.best)
        }
        try save()
    }

    /// What every checkpoint of the run takes at once, one of each kind being written beside the one that it replaces, and what
    /// the event files of a new run may take.
    private func requireRoom(isNew: Bool) throws {
        let (newest, best) = (try newest().byteCount, checkpoint(continuation: nil).byteCount)
        let earlierStages = training.stages.count - 1
        let logs = (training.watch ?? .standard).byteLimit
        try folder.requireRoom(
            forCheckpoints: isNew ? 3 * newest + (2 + earlierStages) * best : newest + best, logs: isNew ? logs : 0)
    }

    private func restore(_ saved: SavedRun) throws {
        // A damaged file must not take the place of the one before it.
        if saved.damage != nil { try FileManager.default.removeItem(at: folder.last) }
        position = saved.position
        validation = saved.checkpoint.manifest.validation
        optimizer = try stage.makeOptimizer(network.trained.parameters)
        try network.restore(saved.checkpoint, saved.continuation)
        try optimizer.load(saved.continuation.tensors.under("optimizer."))
        if let state = saved.continuation.tensors["generator.dropout"] { try dropout.restore(state) }
        // What was done after the checkpoint will be done again.
        struct Place: Decodable {
            let stage: Int
            let epoch: Int
        }
        try JSONLines.cut(folder.metrics) { line in
            guard let place = try? JSONDecoder().decode(Place.self, from: line) else { return false }
            return (place.stage, place.epoch) <= (position.stage, position.epoch)
        }
    }

    func run() throws -> Trainer.Outcome {
        let metrics = try JSONLines(folder.metrics)
        while true {
            guard try runStage(metrics) else { return .stopped(position) }
            guard position.stage < training.stages.count else { return .finished }
            try DurableFile.copy(folder.best, to: folder.stage(position.stage, stage.name))
            position = TrainingPosition(stage: position.stage + 1)
            validation = nil
            if try !starts.load(stage: position.stage, into: network.trained) {
                try Checkpoint(contentsOf: folder.best).load(into: network.trained)
            }
            try network.begin()
            optimizer = try stage.makeOptimizer(network.trained.parameters)
            try save()
        }
    }

    /// False where it was asked to stop.
    private func runStage(_ metrics: JSONLines) throws -> Bool {
        let transform = try SampleTransform(training.augmentation, recipe: model.recipe, channels: data.store.channels)
        let loader = BatchLoader(
            data.store, batchSize: training.batchSize, order: .shuffled, dropLast: data.store.count >= training.batchSize,
            transform: transform, seed: training.seed &+ UInt64(position.stage) << 32,
            workers: resources.loaderWorkers)
        let steps = stepsPerEpoch(loader)
        observe(
            .stageStarted(
                .init(
                    number: position.stage, stageCount: training.stages.count, stage: stage,
                    stepsPerEpoch: steps, firstStep: position.epoch * steps + position.step,
                    offsets: loss.marginOffsets)))
        while !position.hasEnded(stage) {
            guard let pass = try train(loader), let validated = try validate() else {
                try save()
                return false
            }
            try finishEpoch(pass, validated, metrics)
            if shouldStop(), !isDone { return false }
        }
        return true
    }

    private var isDone: Bool { position.stage == training.stages.count && position.hasEnded(stage) }

    private func finishEpoch(_ pass: Pass, _ validated: Validation, _ metrics: JSONLines) throws {
        let classes = configuration.data.scoredClasses
        let summary = MetricSummary(validated.scores, classes: classes)
        let missing = BackgroundCollapse.neverPredicted(validated.scores.dataset, of: classes)
        // A class that is nowhere is no reason to prefer an epoch: under the paper's rule it would count as perfect.
        let score = training.selectBy.value(in: MetricSummary(validated.scores, classes: classes, rule: .skip))
        let isBest = position.isBest(score)
        let trainingLoss = position.lossSum / Double(max(position.step, 1))
        let trainingMIoU = position.confusion.flatMap {
            ScoreSet(averaging: [$0], of: classes, rule: .one).miouForeground
        }
        position.endEpoch(score: score)
        validation = summary
        let record = EpochRecord(
            stage: position.stage, stageName: stage.name, objective: stage.objective, epoch: position.epoch,
            trainingLoss: trainingLoss, trainingMIoU: trainingMIoU, validationLoss: validated.loss,
            learningRate: pass.learningRate, seconds: pass.seconds, secondsWaited: pass.secondsWaited,
            imagesPerSecond: Double(pass.images) / max(pass.seconds, 1e-9), validation: summary, neverPredicted: missing,
            selectedBy: training.selectBy, score: score, isBest: isBest)
        do {
            try metrics.append(record)
        } catch let error as FileError {
            // The weights are worth more than a line about them.
            if !isMetricsFailureTold { observe(.warned("\(error); the run goes on, without this line of its metrics")) }
            isMetricsFailureTold = true
        }
        try save()
        if isBest { try checkpoint(continuation: nil).write(to: folder.best) }
        observe(.epochFinished(record))
        if missing != neverPredicted, let warning = BackgroundCollapse.warning(missing, of: classes) {
            observe(.warned("\(place(after: 0)): \(warning)"))
        }
        neverPredicted = missing
    }

    // MARK: An epoch

    /// What this process did of one pass over the training planes.
    private struct Pass {
        var learningRate = 0.0
        var images = 0
        var seconds = 0.0
        var secondsWaited = 0.0
    }

    /// The rest of an epoch; nil where it was asked to stop.
    private func train(_ loader: BatchLoader) throws -> Pass? {
        let steps = stepsPerEpoch(loader)
        let total = steps * stage.epochs
        let stream = loader.epoch(position.epoch + 1, from: position.step * training.accumulate)
        let maker = TrainingStep(
            network: network.trained, loss: loss, optimizer: optimizer, dropout: dropout, precision: training.precision,
            memoryFormat: training.memoryFormat, clipNorm: stage.clipNorm, device: resources.device)
        let start = ContinuousClock.now
        var pass = Pass()
        pass.learningRate = rate(step: position.epoch * steps + max(position.step - 1, 0), of: total)
        while position.step < steps {
            let batches = try (0..<training.accumulate).compactMap { _ in try stream.next() }
            let step = position.epoch * steps + position.step
            pass.learningRate = rate(step: step, of: total)
            let outcome = try explaining { try maker.take(batches, learningRate: pass.learningRate) }
            try network.follow(step: step + 1)
            let images = batches.reduce(0) { $0 + $1.count }
            position.add(outcome)
            validation = nil
            pass.images += images
            observe(
                .stepped(
                    .init(
                        epoch: position.epoch + 1, epochs: stage.epochs, step: step + 1, steps: total, loss: outcome.loss,
                        learningRate: pass.learningRate, images: images)))
            if shouldStop() { return nil }
            if (ContinuousClock.now - lastSave) / .seconds(60) >= training.saveMinutes { try save() }
        }
        pass.seconds = (ContinuousClock.now - start) / .seconds(1)
        pass.secondsWaited = stream.secondsWaited
        return pass
    }

    private func rate(step: Int, of total: Int) -> Double {
        stage.learningRateSchedule.rate(stage.learningRate, step: step, total: total)
    }

    private func stepsPerEpoch(_ loader: BatchLoader) -> Int {
        (loader.batchesPerEpoch + training.accumulate - 1) / training.accumulate
    }

    /// Writes the batch of a step that failed beside the checkpoints, and says what to do.
    private func explaining<Result>(_ step: () throws -> Result) throws -> Result {
        do {
            return try step()
        } catch let error as NumberNotFinite {
            try FailedBatch.write(error.batches, cases: data.cases, to: folder.failedBatch)
            throw TrainingError.notFinite(
                what: error.what, value: error.value, at: place(after: 1),
                samples: error.batches.flatMap(\.samples).map(\.description), file: folder.failedBatch.path)
        }
    }

    /// `stage 'margin', epoch 3, step 12`, or without the step between epochs.
    ///
    /// - Parameter steps: counted from the last one done.
    private func place(after steps: Int) -> String {
        let step = position.step + steps
        return "stage '\(stage.name)', epoch \(position.epoch + (step > 0 ? 1 : 0))" + (step > 0 ? ", step \(step)" : "")
    }

    /// What the weights as they are make of the validation split.
    private struct Validation {
        let scores: ConfusionStore
        let loss: Double?
    }

    /// Nil where it was asked to stop.
    private func validate() throws -> Validation? {
        try requireFiniteWeights()
        observe(.validating(cases: data.validation.count))
        let evaluator = Evaluator(model)
        let classNames = configuration.data.classNames
        var scores = ConfusionStore(classCount: classNames.count)
        var loss = ValidationLoss(self.loss, batchSize: training.batchSize)
        var margins = ValidationMargins(of: data.validation.items, classCount: classNames.count)
        for index in 0..<data.validation.count {
            if shouldStop() { return nil }
            let prepared = try data.validation.prepared(at: index)
            let prediction = try evaluator.evaluate(prepared, into: &scores) { planes in
                try loss.add(planes)
                try margins.add(planes)
            }
            observe(.validated(.init(number: index + 1, prepared: prepared, prediction: prediction)))
        }
        observe(.marginsGathered(margins.byClass))
        return Validation(scores: scores, loss: try loss.mean())
    }

    // MARK: Saving

    private func requireFiniteWeights() throws {
        // A float32 norm overflows long before the weights do; such a network is lost all the same.
        guard try Tensor.totalNorm(network.trained.parameters.map { $0.detached() }).item().isFinite else {
            throw TrainingError.weightsNotFinite(at: place(after: 0))
        }
    }

    private func save() throws {
        try requireFiniteWeights()
        try folder.writeLast(newest())
        lastSave = .now
    }

    private func newest() throws -> Checkpoint {
        let state = optimizer.state().named("optimizer.").merging(network.state()) { $1 }
        return checkpoint(
            continuation: .init(position: position, tensors: state.merging(["generator.dropout": try dropout.state()]) { $1 }))
    }

    private func checkpoint(continuation: Checkpoint.Continuation?) -> Checkpoint {
        Checkpoint(
            manifest: .init(
                configuration: configuration, channels: data.store.channels,
                trainingLabels: data.store.labelDistribution, marginOffsets: loss.marginOffsets, stage: position.stage,
                stageName: stage.name, objective: stage.objective, epoch: position.epoch, validation: validation,
                dataNotes: data.notes.isEmpty ? nil : data.notes, voxels: data.voxels, splits: data.splits),
            weights: network.kept.state(), continuation: continuation)
    }
}
