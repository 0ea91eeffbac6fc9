import Sampling
import SegConfiguration
import SegLosses
import SegModels
import Torch
import TorchNN

/// Makes the steps of one stage: forward, loss, backward, a look at the numbers, the change of the weights.
///
/// Nothing here waits for the device. What comes of a step is asked of the `StepUnderWay`, when the next one may have begun; from the
/// first step on whose loss or gradient is not finite none changes the weights. Where a device repeats work that it recorded, the host
/// gives it no more than what the step reads (`RepeatedSteps`).
package final class TrainingStep {
    let network: any SegmentationNetwork
    let loss: any SegmentationLoss
    let optimizer: any Optimizer
    let dropout: Generator
    let precision: TrainingConfiguration.Precision
    /// 0: gradients stay as they are.
    let clipNorm: Double
    /// In float16.
    let scale: LossScale?
    /// With whom the batches are shared.
    let shared: SharedBatches?
    /// 1 from a step on that was lost; [], float32.
    private let lost: Tensor
    private let repeating: RepeatedSteps?

    /// - Parameter repeating: nil: every step is made call by call.
    package init(
        network: any SegmentationNetwork, loss: any SegmentationLoss, optimizer: any Optimizer, dropout: Generator,
        precision: TrainingConfiguration.Precision, clipNorm: Double, scale: LossScale? = nil, shared: SharedBatches? = nil,
        repeating: RepeatedSteps? = nil
    ) throws {
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.dropout = dropout
        self.precision = precision
        self.clipNorm = clipNorm
        self.scale = scale
        self.shared = shared
        self.repeating = repeating
        lost = try .scalar(0, device: optimizer.parameters.first?.device ?? .cpu)
    }

    /// One step with the mean of the batches' gradients, each weighed by its pixels that are not ignored: where a loss is a mean
    /// over pixels, the step is that of all samples in one batch, whatever the sizes of the batches.
    package func begin(_ batches: [DeviceBatch], learningRate: Double) throws -> StepUnderWay {
        let weights = Self.weights(of: batches)
        func work(_ batches: [DeviceBatch], _ learningRate: LearningRate) throws -> StepNumbers {
            try self.numbers(of: batches, weights: weights, learningRate)
        }
        try optimizer.clearGradients()
        let numbers =
            try repeating?.numbers(of: batches, loss, learningRate: learningRate, work)
            ?? retrying { try work(batches, try rate(learningRate)) }
        return try StepUnderWay(
            batches.map(\.batch), weights: weights, numbers: numbers, classCount: network.classCount, shared: shared)
    }

    /// The same once more with the memory of the steps that are repeated, where there was too little.
    func retrying<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TorchError where error.kind == .outOfMemory {
            guard repeating?.release("other work needs its memory") == true else { throw error }
            try optimizer.clearGradients()
            return try body()
        }
    }

    /// As steps that are repeated have it, where there are some.
    private func rate(_ learningRate: Double) throws -> LearningRate {
        guard repeating != nil else { return .value(learningRate) }
        return try .stored(Tensor(uploading: [Float(learningRate)], shape: [], to: lost.device))
    }

    /// All that a device does for a step. What this reads of the host is the same for every batch of a shape, but for `weights` where
    /// there are several. Parameters have no gradients before.
    private func numbers(
        of batches: [DeviceBatch], weights: [Double], _ learningRate: LearningRate
    ) throws -> StepNumbers {
        var losses: [Tensor] = []
        var counts: [BatchConfusion.Counts] = []
        for (index, (batch, weight)) in zip(batches, weights).enumerated() {
            let mode = ForwardMode.training(dropout, part: shared?.part ?? .whole)
            let own = try network.headLogits(batch.images, mode, in: precision.dtype)
            let heads = try shared?.heads(own) ?? own
            let value = try DeepSupervision(loss)(heads: heads, targets: batch.targets, shares: batch.shares)
            losses.append(value.detached())
            let weighted = weight == 1 ? value : value * weight
            let scaled = scale.map { weighted * $0.value } ?? weighted
            if let shared { try shared.backward(scaled, isLast: index == batches.count - 1) } else { try scaled.backward() }
            counts.append(
                try BatchConfusion.Counts(
                    logits: heads[0], targets: Targets(batch.targets[0].labels, counts: batch.targets[0].counts),
                    ignoreLabel: Int(LabelMap.ignored)))
        }
        if let shared { losses = try shared.sums(losses) }
        let scaledBy = try scale?.value.clone()
        let guarding = try StepGuard(optimizer, losses: losses, longest: clipNorm, scale: scale, lost: lost)
        try optimizer.step(learningRate, guarding)
        try lost.copyInPlace(from: guarding.isLost)
        return StepNumbers(
            values: try .stacked((losses + [guarding.norm] + (scaledBy.map { [$0] } ?? [])).map { try $0.to(.float32) }, 0),
            counts: counts)
    }

    /// Half as many samples as `count`, or half of those, and so on, until a step holds them; nil where it does not hold one.
    ///
    /// Weights and what the optimiser remembers stay as they are.
    func largestFitting(below count: Int, _ batch: (Int) throws -> DeviceBatch) throws -> Int? {
        defer { try? optimizer.clearGradients() }
        for fewer in sequence(first: count / 2, next: { $0 / 2 }).prefix(while: { $0 > 0 }) {
            do {
                try optimizer.clearGradients()
                let batch = try batch(fewer)
                let heads = try network.headLogits(batch.images, .training(dropout), in: precision.dtype)
                try DeepSupervision(loss)(heads: heads, targets: batch.targets).backward()
                return fewer
            } catch let error as TorchError where error.kind == .outOfMemory {
                continue
            }
        }
        return nil
    }

    /// The share of each batch in the pixels that are not ignored; equal shares where all are.
    private static func weights(of batches: [DeviceBatch]) -> [Double] {
        guard batches.count > 1 else { return [1] }
        let pixels = batches.map(\.pixelCount)
        let total = pixels.reduce(0, +)
        return pixels.map { total > 0 ? Double($0) / Double(total) : 1 / Double(batches.count) }
    }
}
