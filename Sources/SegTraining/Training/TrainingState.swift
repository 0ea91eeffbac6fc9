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

/// All that a step changes: the weights with their average, the optimiser, dropout's generator, what the objective remembers, and
/// where the run stands. A
/// checkpoint is made of it, and it of a checkpoint.
final class TrainingState {
    private let configuration: RunConfiguration
    private let data: TrainingData
    private let objectives: [StageObjectives]
    /// The objective of the stage, in writing; nil while it is searched.
    private var objective: String?
    private let starts: StartingWeights
    let network: TrainedNetwork
    private(set) var optimizer: any Optimizer
    let dropout: Generator
    /// In float16.
    let scale: LossScale?
    var position = TrainingPosition(stage: 1)
    /// Scores of the weights as they are; nil within an epoch.
    var validation: MetricSummary?

    /// With the objective that was found, where one was searched.
    var stage: StageConfiguration {
        var stage = configuration.training.stages[position.stage - 1]
        stage.objective = objective ?? stage.objective
        return stage
    }
    var loss: any SegmentationLoss { objectives[position.stage - 1].loss(objective) }
    /// What the stage's objective is to be chosen from, in writing; empty where it is known.
    var open: [String] { objective == nil ? objectives[position.stage - 1].texts : [] }

    init(
        _ configuration: RunConfiguration, data: TrainingData, objectives: [StageObjectives], starts: StartingWeights,
        network: TrainedNetwork, device: Device
    ) throws {
        self.configuration = configuration
        self.data = data
        self.objectives = objectives
        objective = Self.only(objectives[0])
        self.starts = starts
        self.network = network
        optimizer = try configuration.training.stages[0].makeOptimizer(network.trained.parameters)
        dropout = try Generator(seed: configuration.training.seed &+ 1, device: device)
        scale = configuration.training.precision == .float16 ? try LossScale(device: device) : nil
    }

    /// Takes the first stage's starting weights.
    ///
    /// - Parameter tell: gets what was taken of another program's file, in words.
    func begin(tell: (String) -> Void) throws {
        _ = try starts.load(stage: 1, into: network.trained, tell: tell)
        try network.begin()
    }

    /// Takes the next stage's starting weights, which are the best of the stage before unless it names others.
    func beginNextStage(after best: URL, tell: (String) -> Void) throws {
        position = TrainingPosition(stage: position.stage + 1)
        objective = Self.only(objectives[position.stage - 1])
        validation = nil
        if try !starts.load(stage: position.stage, into: network.trained, tell: tell) {
            try Checkpoint(contentsOf: best).load(into: network.trained)
        }
        try network.begin()
        optimizer = try stage.makeOptimizer(network.trained.parameters)
    }

    /// - Parameter chosen: the objective to go on with, in writing, where the checkpoint is of a stage that has not found it.
    func restore(_ checkpoint: Checkpoint, _ continuation: Checkpoint.Continuation, choosing chosen: String? = nil) throws {
        position = continuation.position
        let objectives = objectives[position.stage - 1]
        let stored = chosen ?? checkpoint.manifest.objective
        objective = objectives.texts.contains(stored) ? stored : Self.only(objectives)
        validation = checkpoint.manifest.validation
        optimizer = try stage.makeOptimizer(network.trained.parameters)
        try network.restore(checkpoint, continuation)
        try optimizer.load(continuation.tensors.under("optimizer."))
        if let state = continuation.tensors["generator.dropout"] { try dropout.restore(state) }
        try scale?.load(continuation.tensors.under("loss_scale."))
        for (index, means) in loss.runningMeans.enumerated() {
            means.load(continuation.tensors.under("objective.\(index)."))
        }
    }

    private static func only(_ objectives: StageObjectives) -> String? {
        objectives.texts.count == 1 ? objectives.texts[0] : nil
    }

    /// - Throws: `TrainingError.weightsNotFinite`.
    func requireFiniteWeights() throws {
        // A float32 norm overflows long before the weights do; such a network is lost all the same.
        guard try Tensor.totalNorm(network.trained.parameters.map { $0.detached() }).item().isFinite else {
            throw TrainingError.weightsNotFinite(at: place(after: 0))
        }
    }

    /// What the run can go on from.
    func newest() throws -> Checkpoint {
        let parts = [
            optimizer.state().named("optimizer."), network.state(), ["generator.dropout": try dropout.state()],
            scale?.state().named("loss_scale.") ?? [:],
        ]
        let means = loss.runningMeans.enumerated().map { $1.state().named("objective.\($0).") }
        return checkpoint(
            continuation: .init(position: position, tensors: (parts + means).reduce(into: [:]) { $0.merge($1) { $1 } }))
    }

    /// What is used for predictions.
    func kept() -> Checkpoint { checkpoint(continuation: nil) }

    private func checkpoint(continuation: Checkpoint.Continuation?) -> Checkpoint {
        Checkpoint(
            manifest: .init(
                configuration: configuration, channels: data.store.channels,
                trainingLabels: data.store.labelDistribution, marginOffsets: open.isEmpty ? loss.marginOffsets : [],
                stage: position.stage,
                stageName: stage.name, objective: stage.objective, epoch: position.epoch, validation: validation,
                dataNotes: data.notes.isEmpty ? nil : data.notes, voxels: data.voxels, splits: data.splits),
            weights: network.kept.state(), continuation: continuation)
    }

    /// `stage 'margin', epoch 3, step 12`, or without the step between epochs.
    ///
    /// - Parameter steps: counted from the last one done.
    func place(after steps: Int) -> String {
        let step = position.step + steps
        return "stage '\(stage.name)', epoch \(position.epoch + (step > 0 ? 1 : 0))" + (step > 0 ? ", step \(step)" : "")
    }
}

extension StageConfiguration {
    /// A fresh optimiser of the parameters.
    func makeOptimizer(_ parameters: [Tensor]) throws -> any Optimizer {
        switch optimizer {
        case .adamw: try AdamW(parameters, weightDecay: weightDecay)
        case .sgd:
            try SGD(parameters, momentum: momentum ?? 0.9, weightDecay: weightDecay, nesterov: momentum != 0)
        }
    }
}
