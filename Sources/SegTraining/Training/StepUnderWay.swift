import Sampling
import SegInference
import SegLosses
import SegMetrics
import Torch
import TorchNN

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

    init(
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
    func outcome() throws -> StepOutcome {
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
        return StepOutcome(loss: sum, confusion: try shared?.sum(confusion) ?? confusion)
    }
}

/// What the network made of the batches before the step changed it.
struct StepOutcome {
    /// The mean of the batches' losses over their pixels.
    let loss: Double
    /// Of the pixels of all batches, with dropout and augmentation as they are.
    let confusion: ConfusionMatrix
}

/// A number of a step that is NaN or infinite, with the batches that gave it.
struct NumberNotFinite: Error {
    let what: String
    let value: Double
    let batches: [Batch]
}

extension TrainingPosition {
    /// A step is done.
    mutating func add(_ outcome: StepOutcome) {
        if step == 0 { confusion = ConfusionMatrix(classCount: outcome.confusion.classCount) }
        confusion? += outcome.confusion
        lossSum += outcome.loss
        step += 1
    }
}
