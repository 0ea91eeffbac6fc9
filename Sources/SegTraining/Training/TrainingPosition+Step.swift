import SegInference
import SegMetrics

extension TrainingPosition {
    /// A step is done.
    mutating func add(_ outcome: TrainingStep.Outcome) {
        if step == 0 { confusion = ConfusionMatrix(classCount: outcome.confusion.classCount) }
        confusion? += outcome.confusion
        lossSum += outcome.loss
        step += 1
    }
}
