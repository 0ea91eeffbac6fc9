import ArgumentParser
import MarginCalibration
import Sampling
import SegInference
import SegLosses

extension Checkpoint.Manifest {
    /// The offsets that a run's margins are compared with, a description of where they come from, and whether they were given by
    /// hand: those of an objective if one is named, else those it was trained with, else the paper's, of the
    /// classes that trained.
    ///
    /// - Throws: `ValidationError` where the objective has no offsets or terms with different ones.
    func offsets(of objective: String?) throws -> (offsets: MarginOffsets, origin: String, areFixed: Bool) {
        if objective == nil, let own = marginOffsets.first {
            guard marginOffsets.allSatisfy({ $0 == own }) else {
                throw ValidationError(
                    "the run's objective, \(self.objective), has terms with different offsets; name one with --objective.")
            }
            return (own, "as trained: \(self.objective)", try Self.areFixed(self.objective))
        }
        let absent = MarginSettings.paper(for: trainingLabels).excluded.sorted().map(String.init)
        let paper = absent.isEmpty ? "margin()" : "margin(exclude=[\(absent.joined(separator: ", "))])"
        let text = objective ?? paper
        let loss = try LossExpression(text).makeLoss(
            LossContext(
                classNames: configuration.data.classNames, hasBackground: configuration.data.hasBackground,
                distribution: trainingLabels, ignoreLabel: Int(LabelMap.ignored)))
        guard let offsets = loss.marginOffsets.first, loss.marginOffsets.count == 1 else {
            throw ValidationError("--objective needs one term with margins, such as 'margin(tau=10)'; found '\(text)'.")
        }
        let origin = objective == nil ? "the paper's; the run was trained without: \(self.objective)" : text
        return (offsets, origin, try Self.areFixed(text))
    }

    /// Whether the offsets of an objective are given by hand and follow from no labels.
    private static func areFixed(_ objective: String) throws -> Bool { try LossExpression(objective).marginSettings == nil }
}
