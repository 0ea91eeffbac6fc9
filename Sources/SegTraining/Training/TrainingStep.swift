import Sampling
import SegConfiguration
import SegInference
import SegLosses
import SegMetrics
import SegModels
import Torch
import TorchNN

/// Makes the steps of one stage: forward, loss, backward, a look at the numbers, the change of the weights.
package struct TrainingStep {
    let network: any SegmentationNetwork
    let loss: any SegmentationLoss
    let optimizer: any Optimizer
    let dropout: Generator
    let precision: TrainingConfiguration.Precision
    let memoryFormat: TrainingConfiguration.MemoryFormat
    /// 0: gradients stay as they are.
    let clipNorm: Double
    let device: Device

    /// What the network made of the batches before the step changed it.
    struct Outcome {
        /// The mean of the batches' losses over their pixels.
        let loss: Double
        /// Of the pixels of all batches, with dropout and augmentation as they are.
        let confusion: ConfusionMatrix
    }

    /// One step with the mean of the batches' gradients, each weighed by its pixels that are not ignored: where a loss is a mean
    /// over pixels, the step is that of all samples in one batch, whatever the sizes of the batches.
    ///
    /// - Throws: `NumberNotFinite`; the weights are as they were then.
    func take(_ batches: [Batch], learningRate: Double) throws -> Outcome {
        try optimizer.clearGradients()
        let outcome = try gradients(of: batches)
        // Several processes would take the mean of their gradients here.
        try update(from: batches, learningRate: learningRate)
        return outcome
    }

    /// Adds the batches' gradients to those of the weights.
    private func gradients(of batches: [Batch]) throws -> Outcome {
        var sum = 0.0
        var confusion = ConfusionMatrix(classCount: network.classCount)
        for (batch, weight) in zip(batches, Self.weights(of: batches)) {
            let labels = try batch.labelTensor().to(device: device)
            let heads = try forward(batch)
            let value =
                try heads.count == 1
                ? loss(logits: heads[0], labels: labels)
                : DeepSupervision(loss, multiples: network.sizeMultiples)(heads: heads, labels: labels, batch)
            let number = try value.item()
            guard number.isFinite else { throw NumberNotFinite(what: "loss", value: number, batches: [batch]) }
            try (weight == 1 ? value : value * weight).backward()
            try confusion.add(logits: heads[0], labels: labels)
            sum += weight * number
        }
        return Outcome(loss: sum, confusion: confusion)
    }

    /// Changes the weights by their gradients.
    private func update(from batches: [Batch], learningRate: Double) throws {
        let norm = try optimizer.gradientNorm()
        guard norm.isFinite else { throw NumberNotFinite(what: "norm of the gradient", value: norm, batches: batches) }
        if clipNorm > 0 { try optimizer.clipGradients(norm: norm, to: clipNorm) }
        try optimizer.step(learningRate: learningRate)
    }

    /// The share of each batch in the pixels that are not ignored; equal shares where all are.
    private static func weights(of batches: [Batch]) -> [Double] {
        guard batches.count > 1 else { return [1] }
        let pixels = batches.map { $0.labels.count { $0 != LabelMap.ignored } }
        let total = pixels.reduce(0, +)
        return pixels.map { total > 0 ? Double($0) / Double(total) : 1 / Double(batches.count) }
    }

    /// Of each resolution [B, classes, …], float32, the full one first.
    private func forward(_ batch: Batch) throws -> [Tensor] {
        var images = try batch.imageTensor().to(device: device)
        if memoryFormat == .channelsLast { images = try images.contiguous(.channelsLast) }
        return try network.headLogits(images, .training(dropout), in: precision.dtype)
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

extension ConfusionMatrix {
    /// Counts the class of the largest score of each pixel, the first of equals.
    ///
    /// - Parameters:
    ///   - logits: [B, C, …]
    ///   - labels: [B, …], uint8, classes and `LabelMap.ignored`.
    /// - Throws: `LossInputError`.
    mutating func add(logits: Tensor, labels: Tensor) throws {
        for image in try BatchConfusion(logits: logits, labels: labels, ignoreLabel: Int(LabelMap.ignored)).images {
            self += ConfusionMatrix(rows: image)
        }
    }
}
