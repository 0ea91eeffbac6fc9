import SegConfiguration
import SegMetrics

/// Where a run stands: with the weights, the optimiser and the generators it decides every later step.
///
/// It holds no time, so that a run that was cut off ends with the same bytes as one that was not.
public struct TrainingPosition: Sendable, Hashable, Codable {
    /// The stage under way, from 1.
    public let stage: Int
    /// Epochs of the stage done.
    public private(set) var epoch = 0
    /// Steps done in the epoch under way.
    public package(set) var step = 0
    /// Sum of the losses of these steps.
    package var lossSum = 0.0
    /// Sum of their counts; nil before the first, and for an epoch that a version without it began.
    package var confusion: ConfusionMatrix?
    /// The best epoch of the stage; nil before the first is validated.
    package private(set) var best: Best?

    /// An epoch's score, which is nil where the metric is not defined.
    package struct Best: Sendable, Hashable, Codable {
        package var epoch: Int
        package var score: Double?
    }

    /// The start of a stage.
    package init(stage: Int) { self.stage = stage }

    /// The epoch is done, with this score if it is defined.
    package mutating func endEpoch(score: Double?) {
        let isBest = isBest(score)
        epoch += 1
        (step, lossSum, confusion) = (0, 0, nil)
        if isBest { best = Best(epoch: epoch, score: score) }
    }

    /// Whether a score is better than that of all epochs so far; of equals the first one stays. While none is defined, the last
    /// epoch is the best, since it has learnt most.
    package func isBest(_ score: Double?) -> Bool {
        guard let kept = best?.score else { return true }
        return (score ?? -.infinity) > kept
    }

    /// Whether the stage is over: its epochs are done, or its patience is at an end.
    package func hasEnded(_ stage: StageConfiguration) -> Bool {
        epoch >= stage.epochs || stage.patience > 0 && epoch - (best?.epoch ?? 0) >= stage.patience
    }

    /// `stage 1, epoch 3, after step 12`, for people: the epoch under way, or the one just done.
    public var words: String {
        step == 0 ? "stage \(stage), after epoch \(epoch)" : "stage \(stage), epoch \(epoch + 1), after step \(step)"
    }

    enum CodingKeys: String, CodingKey {
        case stage, epoch, step, confusion, best
        case lossSum = "loss_sum"
    }
}
