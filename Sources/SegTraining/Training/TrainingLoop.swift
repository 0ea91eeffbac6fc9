import DurableFiles
import Foundation
import Sampling
import SegConfiguration
import SegInference
import SegLosses
import SegMetrics
import Torch

/// A run under way: from where it stands through steps, epochs and stages, saving as it goes.
///
/// Files are written in an order that leaves a run to go on with at every instant: the line in `metrics.jsonl`, then the
/// newest checkpoint that covers it, then the best, which can be made again from the newest.
final class TrainingLoop {
    private let configuration: RunConfiguration
    private let data: TrainingData
    private let state: TrainingState
    private let model: SegmentationModel
    private let folder: RunFolder
    private let resources: TrainingResources
    private let processes: TrainingProcesses?
    private let shouldStop: () -> Bool
    private let observe: (TrainingEvent) -> Void
    private var lastSave = ContinuousClock.now
    /// While trials are made, the checkpoint of the stage's start stays, and nobody watches their steps.
    private var isSearching = false

    private var training: TrainingConfiguration { configuration.training }

    init(
        _ configuration: RunConfiguration, data: TrainingData, state: TrainingState, folder: RunFolder,
        resources: TrainingResources, processes: TrainingProcesses?, shouldStop: @escaping () -> Bool,
        observe: @escaping (TrainingEvent) -> Void
    ) throws {
        self.configuration = configuration
        self.data = data
        self.state = state
        let inference = InferenceSettings()
        model = try SegmentationModel(
            inference.inferer([WholeInput(network: state.network.kept, device: resources.device)], configuration),
            configuration: configuration, way: inference.words(configuration, models: 1))
        self.folder = folder
        self.resources = resources
        self.processes = processes
        self.shouldStop = shouldStop
        self.observe = observe
    }

    // MARK: From the start, or from where it was

    /// Takes up a saved state, or makes the first one; either way the folder then holds what the run stands at.
    func begin(restoring saved: SavedRun?) throws {
        DurableFile.removeParts(in: folder.url)
        if let saved {
            // A damaged file must not take the place of the one before it.
            if saved.damage != nil { try FileManager.default.removeItem(at: folder.last) }
            try state.restore(saved.checkpoint, saved.continuation)
        } else {
            try state.begin { observe(.warned($0)) }
        }
        try EpochRecorder.cut(folder.metrics, after: saved?.position)
        try requireRoom(isNew: saved == nil)
        // The best is written after the newest, so it may be missing.
        let position = state.position
        if let saved, position.step == 0, let best = position.best, best.epoch == position.epoch {
            try Checkpoint(manifest: saved.checkpoint.manifest, weights: saved.checkpoint.weights).write(to: folder.best)
        }
        try save()
    }

    /// What every checkpoint of the run takes at once, one of each kind being written beside the one that it replaces, and what
    /// the event files of a new run may take.
    private func requireRoom(isNew: Bool) throws {
        let (newest, best) = (try state.newest().byteCount, state.kept().byteCount)
        let earlierStages = training.stages.count - 1
        let logs = (training.watch ?? .standard).byteLimit
        try folder.requireRoom(
            forCheckpoints: isNew ? 3 * newest + (2 + earlierStages) * best : newest + best, logs: isNew ? logs : 0)
    }

    func run() throws -> Trainer.Outcome {
        let recorder = try EpochRecorder(folder.metrics, observe: observe)
        while true {
            guard try findObjective(), try runStage(recorder) else { return .stopped(state.position) }
            guard state.position.stage < training.stages.count else { return .finished }
            try DurableFile.copy(folder.best, to: folder.stage(state.position.stage, state.stage.name))
            try state.beginNextStage(after: folder.best) { observe(.warned($0)) }
            try save()
        }
    }

    private func makeLoader() throws -> BatchLoader {
        let transform = try SampleTransform(training.augmentation, recipe: model.recipe, channels: data.store.channels)
        return BatchLoader(
            data.store, batchSize: training.batchSize, order: .shuffled, dropLast: data.store.count >= training.batchSize,
            batches: training.stepsPerEpoch.map { $0 * training.accumulate }, transform: transform,
            seed: training.seed &+ UInt64(state.position.stage) << 32,
            workers: resources.loaderWorkers, part: processes.map { ($0.place.rank, $0.count) } ?? (0, 1))
    }

    /// Whether this process was asked to stop, or another that trains with it.
    private func isAskedToStop() throws -> Bool { try processes?.any(shouldStop()) ?? shouldStop() }

    /// Finds the offsets of a stage that leaves them open, from the stage's start, which is saved; false where it was asked to stop.
    private func findObjective() throws -> Bool {
        guard !state.open.isEmpty else { return true }
        let start = try Checkpoint(contentsOf: folder.last)
        guard let continuation = start.continuation else { return true }
        var search = try ObjectiveSearch(
            state.open, epochs: state.stage.epochs, file: folder.search(ofStage: state.position.stage))
        isSearching = true
        defer { isSearching = false }
        while let next = search.next {
            observe(.searching(.init(objective: next.objective, epochs: next.epochs, number: next.number, count: next.of)))
            try state.restore(start, continuation, choosing: next.objective)
            guard let scores = try tried(epochs: next.epochs) else {
                try state.restore(start, continuation)
                return false
            }
            let score = score(scores)
            try search.record(.init(objective: next.objective, epochs: next.epochs, score: score))
            observe(.searched(objective: next.objective, epochs: next.epochs, score: score))
        }
        try state.restore(start, continuation, choosing: search.best)
        try save()
        return true
    }

    /// What the first epochs of the stage make of the validation split; nil where it was asked to stop.
    private func tried(epochs: Int) throws -> ConfusionStore? {
        let (loader, maker) = (try makeLoader(), try makeStep())
        for _ in 0..<epochs {
            guard try train(loader, maker) != nil else { return nil }
            state.position.endEpoch(score: nil)
        }
        return try maker.retrying { try validate()?.scores }
    }

    /// By what the best epoch is chosen. A class that is nowhere is no reason to prefer one: under the paper's rule it would count as
    /// perfect.
    private func score(_ scores: ConfusionStore) -> Double? {
        training.selectBy.value(in: MetricSummary(scores, classes: configuration.data.scoredClasses, rule: .skip))
    }

    /// False where it was asked to stop.
    private func runStage(_ recorder: EpochRecorder) throws -> Bool {
        let (stage, position) = (state.stage, state.position)
        let (loader, maker) = (try makeLoader(), try makeStep())
        let steps = stepsPerEpoch(loader)
        observe(
            .stageStarted(
                .init(
                    number: position.stage, stageCount: training.stages.count, stage: stage,
                    stepsPerEpoch: steps, firstStep: position.epoch * steps + position.step,
                    offsets: state.loss.marginOffsets)))
        while !state.position.hasEnded(stage) {
            guard let pass = try train(loader, maker), let validated = try maker.retrying({ try validate() }) else {
                try save()
                return false
            }
            try finishEpoch(pass, validated, recorder)
            if try isAskedToStop(), !isDone { return false }
        }
        return true
    }

    private var isDone: Bool { state.position.stage == training.stages.count && state.position.hasEnded(state.stage) }

    private func finishEpoch(_ pass: Pass, _ validated: Validation, _ recorder: EpochRecorder) throws {
        let classes = configuration.data.scoredClasses
        let summary = MetricSummary(validated.scores, classes: classes)
        let score = score(validated.scores)
        let done = state.position
        state.position.endEpoch(score: score)
        state.validation = summary
        let record = EpochRecord(
            stage: done.stage, stageName: state.stage.name, objective: state.stage.objective, epoch: state.position.epoch,
            trainingLoss: done.lossSum / Double(max(done.step, 1)),
            trainingMIoU: done.confusion.flatMap { ScoreSet(averaging: [$0], of: classes, rule: .one).miouForeground },
            validationLoss: validated.loss, learningRate: pass.learningRate, seconds: pass.seconds,
            secondsWaited: pass.secondsWaited, validationSeconds: validated.seconds,
            imagesPerSecond: Double(pass.images) / max(pass.seconds, 1e-9), validation: summary,
            neverPredicted: BackgroundCollapse.neverPredicted(validated.scores.dataset, of: classes),
            selectedBy: training.selectBy, score: score, isBest: done.isBest(score))
        try recorder.write(record)
        try save()
        if record.isBest { try state.kept().write(to: folder.best) }
        recorder.tell(record, of: classes, at: state.place(after: 0))
    }

    // MARK: An epoch

    /// What this process did of one epoch.
    private struct Pass {
        var learningRate = 0.0
        var images = 0
        var seconds = 0.0
        var secondsWaited = 0.0
    }

    /// What makes the steps of the stage, from the state as it is.
    private func makeStep() throws -> TrainingStep {
        let device = resources.device
        var repeating: RepeatedSteps?
        if case .cuda = device, training.stepGraph != .never {
            func warn(_ reason: String) {
                tell(.warned("steps are given to \(device) call by call, and not as a graph: \(reason)"))
            }
            if processes != nil {
                warn("processes share the batches")
            } else if DeviceObjectiveKernels.reason(on: device, classes: configuration.data.classes.count) != nil {
                warn("there are no kernels for objectives (without_objective_kernels in run.json)")
            } else {
                repeating = RepeatedSteps(TrainingStep.recorder(on: device, drawing: state.dropout), tell: warn)
            }
        }
        return try TrainingStep(
            network: state.network.trained, loss: state.loss, optimizer: state.optimizer, dropout: state.dropout,
            precision: training.precision, clipNorm: state.stage.clipNorm, scale: state.scale,
            shared: processes.map { try SharedBatches(state.network.trained.parameters, for: state.loss, among: $0) },
            repeating: repeating)
    }

    /// The rest of an epoch; nil where it was asked to stop.
    private func train(_ loader: BatchLoader, _ maker: TrainingStep) throws -> Pass? {
        let (stage, steps) = (state.stage, stepsPerEpoch(loader))
        let total = steps * stage.epochs
        let stream = loader.epoch(state.position.epoch + 1, from: state.position.step * training.accumulate)
        func rate(_ step: Int) -> Double { stage.learningRateSchedule.rate(stage.learningRate, step: step, total: total) }
        let start = ContinuousClock.now
        var pass = Pass()
        pass.learningRate = rate(state.position.epoch * steps + max(state.position.step - 1, 0))
        // Steps whose numbers nobody has looked at.
        var underWay: [(step: StepUnderWay, learningRate: Double)] = []
        func finish(downTo left: Int) throws {
            while underWay.count > left {
                let (step, learningRate) = underWay.removeFirst()
                let outcome = try explaining { try step.outcome() }
                state.position.add(outcome)
                let images = step.batches.reduce(0) { $0 + $1.count } * (processes?.count ?? 1)
                pass.images += images
                tell(
                    .stepped(
                        .init(
                            epoch: state.position.epoch + 1, epochs: stage.epochs,
                            step: state.position.epoch * steps + state.position.step, steps: total, loss: outcome.loss,
                            learningRate: learningRate, images: images)))
            }
        }
        for number in state.position.step..<steps {
            let batches = try (0..<training.accumulate).compactMap { _ in try stream.next() }
            let step = state.position.epoch * steps + number
            pass.learningRate = rate(step)
            state.validation = nil
            underWay.append((try begin(batches, maker, learningRate: pass.learningRate), pass.learningRate))
            try state.network.follow(step: step + 1)
            try finish(downTo: resources.stepsAhead)
            if try isAskedToStop() {
                try finish(downTo: 0)
                return nil
            }
            if !isSearching, (ContinuousClock.now - lastSave) / .seconds(60) >= training.saveMinutes {
                try finish(downTo: 0)
                try save()
            }
        }
        try finish(downTo: 0)
        pass.seconds = (ContinuousClock.now - start) / .seconds(1)
        pass.secondsWaited = stream.secondsWaited
        return pass
    }

    /// - Throws: `TrainingError.batchTooLarge`, with what would fit, where the device has too little memory.
    private func begin(_ batches: [Batch], _ maker: TrainingStep, learningRate: Double) throws -> StepUnderWay {
        func onDevice(_ batch: Batch) throws -> DeviceBatch {
            try DeviceBatch(
                batch, for: state.network.trained, on: resources.device, training.memoryFormat, shared: maker.shared)
        }
        do {
            return try maker.begin(batches.map(onDevice), learningRate: learningRate)
        } catch let error as TorchError where error.kind == .outOfMemory && processes == nil {
            let largest = batches.max { $0.count < $1.count }!  // a step has a batch
            throw TrainingError.batchTooLarge(
                largest.count, of: "\(largest.size)", accumulate: training.accumulate, device: "\(resources.device)",
                fitting: try maker.largestFitting(below: largest.count) { try onDevice(largest.prefix($0)) })
        }
    }

    private func stepsPerEpoch(_ loader: BatchLoader) -> Int {
        (loader.batchesPerEpoch + training.accumulate - 1) / training.accumulate
    }

    /// Writes the batch of a step that failed beside the checkpoints, and says what to do.
    private func explaining<Result>(_ step: () throws -> Result) throws -> Result {
        do {
            return try step()
        } catch let error as NumberNotFinite {
            let samples = try FailedBatch.write(
                error.batches, cases: data.cases, sharedBy: processes, to: folder.failedBatch)
            throw TrainingError.notFinite(
                what: error.what, value: error.value, at: state.place(after: 1), samples: samples, file: folder.failedBatch.path)
        }
    }

    /// What the weights as they are make of the validation split.
    private struct Validation {
        let scores: ConfusionStore
        let loss: Double?
        let seconds: Double
    }

    /// Nil where it was asked to stop.
    private func validate() throws -> Validation? {
        let start = ContinuousClock.now
        try state.requireFiniteWeights()
        tell(.validating(cases: data.validation.count))
        // Running statistics follow each process's own part of the batches.
        try processes?.share(state.network.kept.buffers)
        let evaluator = Evaluator(model)
        let classCount = configuration.data.classes.count
        var loss = ValidationLoss(
            state.loss, batchSize: training.batchSize,
            window: InferenceSettings().windowSize(configuration))
        var margins = ValidationMargins(of: data.validation.items, classCount: classCount)
        var cases: [ConfusionStore] = []
        // Each process takes every so manyeth case.
        let (rank, count) = (processes?.place.rank ?? 0, processes?.count ?? 1)
        for first in stride(from: 0, to: data.validation.count, by: count) {
            if try isAskedToStop() { return nil }
            let index = first + rank
            guard index < data.validation.count else { continue }
            let prepared = try data.validation.prepared(at: index)
            var scores = ConfusionStore(classCount: classCount)
            let prediction = try evaluator.evaluate(prepared, into: &scores) { samples in
                try loss.add(samples)
                try margins.add(samples)
            }
            cases.append(scores)
            tell(.validated(.init(number: min(first + count, data.validation.count), prepared: prepared, prediction: prediction)))
        }
        let own = ValidationPart(cases: cases, loss: try loss.total(), margins: margins.byClass)
        let whole = try processes.map { ValidationPart(try $0.gather(own)) } ?? own
        tell(.marginsGathered(whole.margins))
        var scores = ConfusionStore(classCount: classCount)
        for part in whole.cases { scores.append(part) }
        return Validation(scores: scores, loss: whole.loss.mean, seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    private func tell(_ event: TrainingEvent) {
        if !isSearching { observe(event) }
    }

    private func save() throws {
        try state.requireFiniteWeights()
        try folder.writeLast(state.newest())
        lastSave = .now
    }
}
