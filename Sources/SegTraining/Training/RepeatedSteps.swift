import SegLosses
import Torch

/// Takes up the work of a step, and gives what repeats it; the numbers are where the work left them.
package typealias StepRecorder = (_ work: @escaping () throws -> StepNumbers) throws -> () throws -> StepNumbers

/// Steps of batches of one shape that a device repeats as it recorded one of them.
///
/// Recorded are a step's calls with a batch's images, labels, the numbers that follow from its labels, and the learning rate at
/// addresses that stay; a step copies its own there. What cannot be repeated so is made call by call: three steps of the shape before
/// it is recorded, in which libraries take what they take once; batches of other shapes, as the last of an epoch may be; and those
/// whose labels give the objective nothing, as where all are ignored.
package final class RepeatedSteps {
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
    ///
    /// - Throws: `TrainingError.graph` where the device failed while it recorded.
    func numbers(
        of batches: [DeviceBatch], _ loss: any SegmentationLoss, learningRate: Double,
        _ work: @escaping ([DeviceBatch], LearningRate) throws -> StepNumbers
    ) throws -> StepNumbers? {
        if case .never = state { return nil }
        guard let batch = batches.first, batches.count == 1 else {
            return giveUp("gradients of several batches make a step")
        }
        // Labels of every class have numbers wherever any labels do.
        let some = batch.targets.map { ($0.counts ?? []).map { $0.map { _ in 1 } } }
        guard try some.allSatisfy({ try loss.deviceNumbers($0) != nil }) else {
            return giveUp("libtorch's operations compute the objective, or a part of it")
        }
        let numbers = try batch.targets.compactMap { try $0.counts.flatMap(loss.deviceNumbers) }
        guard numbers.count == batch.targets.count else { return nil }
        switch state {
        case .repeating(let step) where step.kept.form == batch.form:
            return try step(batch, numbers, learningRate: learningRate)
        case .before(let earlier) where earlier[batch.form] == Self.stepsBefore:
            guard let step = try record(batch, numbers, work) else { return nil }
            state = .repeating(step)
            return try step(batch, numbers, learningRate: learningRate)
        case .before(let earlier):
            state = .before(earlier.merging([batch.form: 1], uniquingKeysWith: +))
            return nil
        case .repeating, .never: return nil
        }
    }

    private func record(
        _ batch: DeviceBatch, _ numbers: [[Float]], _ work: @escaping ([DeviceBatch], LearningRate) throws -> StepNumbers
    ) throws -> RepeatedStep? {
        do {
            return try RepeatedStep(batch, numbers, by: record, work)
        } catch let error as TorchError where error.kind == .device {
            // What the device is left with is not known.
            throw TrainingError.graph(error.description)
        } catch {
            giveUp("\(error)")
            return nil
        }
    }

    /// Gives back the memory of what is repeated; false where nothing is.
    func release(_ reason: String) -> Bool {
        guard case .repeating = state else { return false }
        giveUp(reason)
        return true
    }

    @discardableResult private func giveUp(_ reason: String) -> StepNumbers? {
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
