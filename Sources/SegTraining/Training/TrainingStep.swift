import Foundation
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
            let logits = heads[0]
            let value = try objective(of: heads, labels, batch)
            let number = try value.item()
            guard number.isFinite else { throw NumberNotFinite(what: "loss", value: number, batches: [batch]) }
            try (weight == 1 ? value : value * weight).backward()
            try confusion.add(logits: logits, labels: labels)
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

    /// The sum of the loss over resolutions, each with half the weight of the one above, together 1 (deep supervision, Lee et al. 2015;
    /// weights as nnU-Net's). Labels of a lower resolution are those of the nearest pixels.
    private func objective(of heads: [Tensor], _ labels: Tensor, _ batch: Batch) throws -> Tensor {
        let full = try loss(logits: heads[0], labels: labels)
        guard heads.count > 1 else { return full }
        let weights = heads.indices.map { exp2(-Double($0)) }
        let sum = weights.reduce(0, +)
        return try zip(heads, weights).dropFirst().reduce(full * (weights[0] / sum)) { value, head in
            let sizes = Array(head.0.shape.dropFirst(2))
            let lower = try Tensor(batch.labels(at: sizes, multiples: network.sizeMultiples), shape: [batch.count] + sizes)
                .to(device: device)
            return value + (try loss(logits: head.0, labels: lower)) * (head.1 / sum)
        }
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

    /// Labels at a lower resolution: of each block of pixels, the one behind its middle.
    ///
    /// - Parameters:
    ///   - sizes: of the lower resolution of the images padded to `multiples`; what lies in the padding is ignored.
    ///   - multiples: to which a network pads.
    /// - Returns: `[B, …]` of `sizes`.
    func labels(at sizes: [Int], multiples: [Int]) -> [UInt8] {
        let lengths = size.lengths
        let places = zip(lengths, zip(sizes, multiples)).map { length, way in
            let (low, multiple) = way
            let factor = (length + multiple - 1) / multiple * multiple / low
            return (0..<low).map { $0 * factor + factor / 2 }
        }
        let (rows, columns) = (places[places.count - 2], places[places.count - 1])
        let planes = places.count == 3 ? places[0] : [0]
        let (height, width, depth) = (lengths[lengths.count - 2], lengths[lengths.count - 1], lengths.count == 3 ? lengths[0] : 1)
        var result: [UInt8] = []
        result.reserveCapacity(count * planes.count * rows.count * columns.count)
        for sample in 0..<count {
            for plane in planes {
                for row in rows {
                    let start = ((sample * depth + plane) * height + row) * width
                    let isInside = plane < depth && row < height
                    for column in columns {
                        result.append(isInside && column < width ? labels[start + column] : LabelMap.ignored)
                    }
                }
            }
        }
        return result
    }
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
