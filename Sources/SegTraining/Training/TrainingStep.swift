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
/// first step on whose loss or gradient is not finite none changes the weights.
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
    private var last: StepGuard?

    package init(
        network: any SegmentationNetwork, loss: any SegmentationLoss, optimizer: any Optimizer, dropout: Generator,
        precision: TrainingConfiguration.Precision, clipNorm: Double, scale: LossScale? = nil, shared: SharedBatches? = nil
    ) {
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.dropout = dropout
        self.precision = precision
        self.clipNorm = clipNorm
        self.scale = scale
        self.shared = shared
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
        try optimizer.clearGradients()
        let weights = Self.weights(of: batches)
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
                    logits: heads[0], targets: batch.targets[0], ignoreLabel: Int(LabelMap.ignored)))
        }
        if let shared { losses = try shared.sums(losses) }
        let scaledBy = try scale?.value.clone()
        let guarding = try StepGuard(optimizer, losses: losses, longest: clipNorm, scale: scale, after: last)
        try optimizer.step(learningRate: learningRate, guarding)
        last = guarding
        return try StepUnderWay(
            batches.map(\.batch), weights: weights, numbers: losses + [guarding.norm] + (scaledBy.map { [$0] } ?? []),
            counts: counts, classCount: network.classCount, shared: shared)
    }

    /// The share of each batch in the pixels that are not ignored; equal shares where all are.
    private static func weights(of batches: [DeviceBatch]) -> [Double] {
        guard batches.count > 1 else { return [1] }
        let pixels = batches.map(\.pixelCount)
        let total = pixels.reduce(0, +)
        return pixels.map { total > 0 ? Double($0) / Double(total) : 1 / Double(batches.count) }
    }
}

/// A step that the device may still be at, and its numbers on their way to the host.
package struct StepUnderWay {
    let batches: [Batch]
    private let weights: [Double]
    /// The batches' losses, then the norm of the gradient, then the scale of the loss in float16; float32.
    private let numbers: HostCopy
    private let counts: [BatchConfusion.Counts]
    private let classCount: Int
    private let shared: SharedBatches?

    fileprivate init(
        _ batches: [Batch], weights: [Double], numbers: [Tensor], counts: [BatchConfusion.Counts], classCount: Int,
        shared: SharedBatches?
    ) throws {
        self.batches = batches
        self.weights = weights
        self.numbers = try HostCopy(.stacked(numbers.map { try $0.to(.float32) }, 0))
        self.counts = counts
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
