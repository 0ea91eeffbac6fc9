import SegLosses
import Torch

/// Takes up the work of a step, and gives what repeats it; the numbers are where the work left them.
package typealias StepRecorder = (_ work: @escaping () throws -> StepNumbers) throws -> () throws -> StepNumbers

/// Steps of batches of one shape that a device repeats as it recorded the first of them.
///
/// Recorded are a step's calls with a batch's images, labels, the numbers that follow from its labels, and the learning rate at addresses that stay; a step
/// copies its own there. What cannot be repeated so is made call by call: the first steps of all, in which libraries take what they
/// take once; batches of other shapes, as the last of an epoch may be; and those whose pixels are all ignored.
package final class RepeatedSteps {
    /// Steps that are made call by call first.
    static let stepsBefore = 3

    private let record: StepRecorder
    /// Gets the reason why nothing will be repeated.
    private let tell: (String) -> Void
    private var state = State.before([:])

    private enum State {
        /// How many steps there were of batches of a shape.
        case before([DeviceBatch.Form: Int])
        case repeating(RepeatedStep)
        case never
    }

    package init(_ record: @escaping StepRecorder, tell: @escaping (String) -> Void) {
        self.record = record
        self.tell = tell
    }

    /// What a step of the batches leaves; nil where it has to be made call by call.
    func numbers(
        of batches: [DeviceBatch], _ loss: any SegmentationLoss, learningRate: Double,
        _ work: @escaping ([DeviceBatch], LearningRate) throws -> StepNumbers
    ) throws -> StepNumbers? {
        if case .never = state { return nil }
        guard let batch = batches.first, batches.count == 1 else {
            return giveUp("gradients of several batches make a step")
        }
        guard batch.pixelCount > 0 else { return nil }
        let numbers = try batch.targets.compactMap { try $0.counts.flatMap(loss.deviceNumbers) }
        guard numbers.count == batch.targets.count else {
            // A resolution may be all ignored where the full one is not.
            let isEmpty = batch.targets.contains { $0.counts?.joined().contains { $0 > 0 } == false }
            return isEmpty ? nil : giveUp("libtorch's operations compute the objective, or a part of it")
        }
        switch state {
        case .never: return nil
        case .before(let earlier):
            guard earlier[batch.form] == Self.stepsBefore else {
                state = .before(earlier.merging([batch.form: 1], uniquingKeysWith: +))
                return nil
            }
            do {
                let step = try RepeatedStep(batch, numbers, by: record, work)
                state = .repeating(step)
                return try step(batch, numbers, learningRate: learningRate)
            } catch {
                return giveUp("\(error)")
            }
        case .repeating(let step):
            return step.kept.form == batch.form ? try step(batch, numbers, learningRate: learningRate) : nil
        }
    }

    private func giveUp(_ reason: String) -> StepNumbers? {
        state = .never
        tell(reason)
        return nil
    }
}

/// The work of a step, recorded, with what it reads.
private struct RepeatedStep {
    let kept: DeviceBatch
    /// [], float32
    private let learningRate: Tensor
    private let again: () throws -> StepNumbers

    init(
        _ batch: DeviceBatch, _ numbers: [[Float]], by record: StepRecorder,
        _ work: @escaping ([DeviceBatch], LearningRate) throws -> StepNumbers
    ) throws {
        let kept = try batch.kept(numbers: numbers)
        let rate = try Tensor.scalar(0, device: batch.images.device)
        self.kept = kept
        learningRate = rate
        again = try record { try work([kept], .stored(rate)) }
    }

    func callAsFunction(_ batch: DeviceBatch, _ numbers: [[Float]], learningRate: Double) throws -> StepNumbers {
        try kept.take(batch, numbers: numbers)
        try self.learningRate.copyInPlace(
            from: Tensor(uploading: [Float(learningRate)], shape: [], to: batch.images.device))
        return try again()
    }
}
