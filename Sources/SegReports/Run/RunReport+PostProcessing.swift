import PostProcessing
import SegMetrics

extension RunReport {
    /// The steps that were tried for the runs whose label maps are post-processed, with the numbers that decided; nil where none is.
    var postProcessing: PageSection? {
        let processed = runs.compactMap { run in run.postProcessing.map { (run.name, $0) } }
        guard !processed.isEmpty else { return nil }
        let tables = processed.flatMap { name, learned -> [PageBlock] in
            (runs.count == 1 ? [] : [.heading(name)]) + [.table(learned.table(classes), caption: learned.basis)]
        }
        return PageSection(
            "Post-processing",
            [
                .paragraph(
                    "Steps that change label maps after the network, tried on the validation split in this order, each on what the "
                        + "kept ones before it left. Scores, tables and pictures of this page are of the changed maps; margins and "
                        + "scores at the network's size are of the network alone.")
            ] + tables)
    }
}

extension LearnedPostProcessing {
    /// A row for each step that was tried.
    public func table(_ classes: ScoredClasses) -> TextTable {
        var table = TextTable([
            .words("step"), .numbers("before %"), .numbers("after %"), .numbers("points"), .numbers("cases up"),
            .numbers("cases down"), .words(""),
        ])
        for trial in trials {
            table.append([
                trial.step.words(classes), percent(trial.before), percent(trial.after),
                ReportNumbers.points(trial.after - trial.before, decimals: 2), "\(trial.improved)", "\(trial.worsened)",
                trial.isKept ? "kept" : "",
            ])
        }
        return table
    }

    /// What the numbers of the table are.
    public var basis: String {
        let rise = scores.map { " All kept steps: \(percent($0.before)) to \(percent($0.after)) %." } ?? ""
        return
            "Mean \(score.title) over the validation split's \(caseCount) case\(caseCount == 1 ? "" : "s"), on which the steps were chosen: "
            + "expect less elsewhere. Kept where it rises by more than \(ReportNumbers.points(tolerance, decimals: 2).dropFirst()) points.\(rise)"
    }

    private func percent(_ value: Double) -> String { TextTable.cell(value * 100, decimals: 2) }
}
