import Sampling
import SegConfiguration
import SegInference
import SegLosses
import SegMetrics
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

    /// What the network made of the batches before the step changed it.
    struct Outcome {
        /// The mean of the batches' losses over their pixels.
        let loss: Double
        /// Of the pixels of all batches, with dropout and augmentation as they are.
        let confusion: ConfusionMatrix
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

/// What a step leaves where the network is.
package struct StepNumbers {
    /// The batches' losses, then the norm of the gradient, then the scale of the loss in float16; [N], float32.
    let values: Tensor
    /// Of the pixels of each batch.
    let counts: [BatchConfusion.Counts]
}

/// A step that the device may still be at, and its numbers on their way to the host.
package struct StepUnderWay {
    let batches: [Batch]
    private let weights: [Double]
    /// `StepNumbers.values`.
    private let numbers: HostCopy
    private let counts: [BatchConfusion.Counts]
    private let classCount: Int
    private let shared: SharedBatches?

    fileprivate init(
        _ batches: [Batch], weights: [Double], numbers: StepNumbers, classCount: Int, shared: SharedBatches?
    ) throws {
        self.batches = batches
        self.weights = weights
        self.numbers = try HostCopy(numbers.values)
        counts = try numbers.counts.map { try $0.sent() }
        self.classCount = classCount
        self.shared = shared
    }

    /// Until its numbers are there.
    package func wait() throws { let _: [Float] = try numbers.elements() }

    /// What came of the step, for which this waits.
    ///
    /// - Throws: `NumberNotFinite`; the weights are then as they were before the step.
    func outcome() throws -> TrainingStep.Outcome {
        let numbers: [Float] = try numbers.elements()
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            let value = Double(numbers[index])
            guard value.isFinite else { throw NumberNotFinite(what: "loss", value: value, batches: [batches[index]]) }
            sum += weight * value
        }
        let norm = Double(numbers[weights.count])
        // Where a scale can be halved, gradients that overflow cost the step alone.
        let isScaled = numbers.dropFirst(weights.count + 1).contains { Double($0) > LossScale.least }
        guard norm.isFinite || isScaled else {
            throw NumberNotFinite(what: "norm of the gradient", value: norm, batches: batches)
        }
        var confusion = ConfusionMatrix(classCount: classCount)
        for counts in counts {
            for image in try counts.confusion().images { confusion += ConfusionMatrix(rows: image) }
        }
        return TrainingStep.Outcome(loss: sum, confusion: try shared?.sum(confusion) ?? confusion)
    }
}

/// A number of a step that is NaN or infinite, with the batches that gave it.
struct NumberNotFinite: Error {
    let what: String
    let value: Double
    let batches: [Batch]
}

extension Batch {
    /// [B, C, H, W]
    func imageTensor() throws -> Tensor { try Tensor(images, shape: [count, channels] + size.lengths) }

    /// [B, H, W], uint8
    func labelTensor() throws -> Tensor { try Tensor(labels, shape: [count] + size.lengths) }
}

extension TrainingPosition {
    /// A step is done.
    mutating func add(_ outcome: TrainingStep.Outcome) {
        if step == 0 { confusion = ConfusionMatrix(classCount: outcome.confusion.classCount) }
        confusion? += outcome.confusion
        lossSum += outcome.loss
        step += 1
    }
}
