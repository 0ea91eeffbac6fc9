import SegData
import SegLosses
import SegMetrics
import SegModels
import Torch
import TorchNN

/// Makes the steps of one stage: forward, loss, backward, a look at the numbers, the change of the weights.
struct TrainingStep {
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
        /// The mean of the batches' losses.
        let loss: Double
        /// Of the pixels of all batches, with dropout and augmentation as they are.
        let confusion: ConfusionMatrix
    }

    /// One step with the mean of the batches' gradients.
    ///
    /// - Throws: `NumberNotFinite`; the weights are as they were then.
    func take(_ batches: [Batch], learningRate: Double) throws -> Outcome {
        try optimizer.clearGradients()
        var sum = 0.0
        var confusion = ConfusionMatrix(classCount: network.classCount)
        for batch in batches {
            let logits = try forward(batch)
            let value = try loss(logits: logits, labels: batch.labelTensor().to(device: device))
            let number = try value.item()
            guard number.isFinite else { throw NumberNotFinite(what: "loss", value: number, batches: [batch]) }
            try (batches.count == 1 ? value : value / Double(batches.count)).backward()
            try confusion.add(logits: logits, labels: batch.labels)
            sum += number
        }
        let norm = try optimizer.gradientNorm()
        guard norm.isFinite else { throw NumberNotFinite(what: "norm of the gradient", value: norm, batches: batches) }
        if clipNorm > 0 { try optimizer.clipGradients(norm: norm, to: clipNorm) }
        try optimizer.step(learningRate: learningRate)
        return Outcome(loss: sum / Double(batches.count), confusion: confusion)
    }

    /// [B, C, H, W], float32
    private func forward(_ batch: Batch) throws -> Tensor {
        var images = try batch.imageTensor().to(device: device)
        if memoryFormat == .channelsLast { images = try images.contiguous(.channelsLast) }
        return try network.logits(images, .training(dropout), in: precision.dtype)
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
    func imageTensor() throws -> Tensor { try Tensor(images, shape: [count, channels, size.height, size.width]) }

    /// [B, H, W], uint8
    func labelTensor() throws -> Tensor { try Tensor(labels, shape: [count, size.height, size.width]) }
}
