import Foundation
import PostProcessing
import SegInference
import SegMetrics
import SegReports

/// What calibrating found, for people: a row for each decision, what the numbers are, and what is stored.
struct DecisionReport {
    let decision: StoredDecision
    let classes: ScoredClasses
    let subject: String
    let file: String

    var text: String {
        """
        \(subject) on \(decision.reference), native resolution: \(decision.groups) \(decision.groups == 1 ? "patient or video" : "patients or videos")

        \(table.plain)
        \(notes.map { $0 + "\n" }.joined())
        \(outcome)
        \(postProcessing)
        """
    }

    /// The steps of post-processing that were tried, after each decision.
    private var postProcessing: String {
        guard let processed = decision.postProcessing else {
            return "\nNo post-processing: what it removes becomes background, and these classes have none.\n"
        }
        return processed.map { one in
            let kept = one.learned.steps.words(classes)
            return """

                Post-processing of label maps by \(one.decision.rawValue), steps in the order in which they were tried:

                \(one.learned.table(classes).plain)
                \(one.learned.basis)
                \(kept.map { "Stored: \($0); --post-processing stored applies it." } ?? "Nothing is stored: no step raised the score.")

                """
        }.joined()
    }

    private var table: TextTable {
        var table = TextTable([
            .words("decision"), .words("offsets"), .numbers("\(decision.metric) %"), .numbers("gain in points [95 %]"),
        ])
        for trial in decision.trials {
            let offsets = trial.offsets.map { Self.listed($0) } ?? (trial.decision == .argmax ? "none" : "")
            var gain = trial.decision == .argmax ? "" : points(trial.gain)
            if let interval = trial.interval { gain += " [\(points(interval.low)), \(points(interval.high))]" }
            table.append([trial.decision.rawValue, offsets, TextTable.cell(trial.value.map { $0 * 100 }, decimals: 2), gain])
        }
        return table
    }

    private var notes: [String] {
        let ious = decision.rows.map { "\($0.name) \(points($0.iou))" }.joined(separator: ", ")
        var notes = [
            "Offsets, of \(decision.classNames.joined(separator: ", ")), are added to the scores; within ±\(decision.largestOffset) they maximise \(decision.metric) on all of these cases.",
            "iou takes a class above J/(1+J) at its IoU J by the largest score: \(ious) %.",
            decision.parts > 0
                ? "Gain over argmax: found without, and scored on, each of \(decision.parts) parts of the patients or videos in turn; bootstrap over them."
                : "A single patient or video shows no gain on others.",
        ]
        if let inference = decision.inference { notes.append("Scores come from \(inference).") }
        if decision.thinning > 1 {
            notes.append(
                "Memory holds one in \(decision.thinning) of the pixels whose class depends on the decision; values are estimated from these."
            )
        }
        return notes
    }

    private var outcome: String {
        if let offsets = decision.offsets {
            return "Stored in \(file): offsets \(Self.listed(offsets)); --decision calibrated uses them."
        }
        let reason =
            decision.parts == 0
            ? "one patient or video cannot show a gain"
            : decision.trial(.calibrated)?.offsets?.contains { $0 != 0 } == true
                ? "the interval of the gain does not lie above 0" : "no offsets are better"
        return "Stored in \(file): the largest score decides, since \(reason); --decision iou has what it needs."
    }

    private func points(_ value: Double?) -> String { TextTable.cell(value.map { $0 * 100 }, decimals: 2) }

    private static func listed(_ offsets: [Double]) -> String {
        offsets.map { TextTable.cell($0, decimals: 3) }.joined(separator: ", ")
    }
}
