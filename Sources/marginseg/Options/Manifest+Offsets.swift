import ArgumentParser
import MarginCalibration
import SegData
import SegLosses
import SegTraining

extension Checkpoint.Manifest {
    /// The offsets that a run's margins are held against, and where they come from in words: those of an objective if one is named,
    /// else those it was trained with, else the paper's.
    ///
    /// - Throws: `ValidationError` where the objective has no offsets or terms with different ones.
    func offsets(of objective: String?) throws -> (offsets: MarginOffsets, origin: String) {
        if objective == nil, let own = marginOffsets.first {
            guard marginOffsets.allSatisfy({ $0 == own }) else {
                throw ValidationError(
                    "the run's objective, \(self.objective), has terms with different offsets; name one with --objective.")
            }
            return (own, "as trained: \(self.objective)")
        }
        let text = objective ?? "margin()"
        let loss = try LossExpression(text).makeLoss(
            LossContext(
                classNames: configuration.data.classNames, distribution: trainingLabels,
                ignoreLabel: Int(LabelMap.ignored)))
        guard let offsets = loss.marginOffsets.first, loss.marginOffsets.count == 1 else {
            throw ValidationError("--objective needs one term with margins, such as 'margin(tau=10)'; found '\(text)'.")
        }
        return (offsets, objective == nil ? "the paper's; the run was trained without: \(self.objective)" : text)
    }
}
