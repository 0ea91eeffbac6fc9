import Foundation
import SegMetrics
import SegReports

/// An evaluation for people: a row for each class, then the means, each with its interval; then notes and surface distances.
struct EvaluationReport {
    private let evaluation: Evaluation
    private var scores: ResolutionScores { evaluation.native }

    init(_ evaluation: Evaluation) { self.evaluation = evaluation }

    var text: String {
        let parts = [
            "\(evaluation.subject) on \(evaluation.reference), native resolution: \(counted)\n", table.plain,
            notes.map { $0 + "\n" }.joined(), fineGrained, surfaces,
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var hasGroups: Bool { scores.groupCount != scores.caseCount }

    private var counted: String {
        let cases = "\(scores.caseCount) case\(scores.caseCount == 1 ? "" : "s")"
        return hasGroups ? "\(cases) of \(scores.groupCount) patients or videos" : "\(cases), each by itself"
    }

    /// A row for each class, then the means.
    var table: TextTable {
        let level = percent(scores.bootstrap.level, decimals: 0)
        var table = TextTable([
            .words("class"), .numbers("IoU % [\(level) %]"), .numbers("Dice % [\(level) %]"), .numbers("recall %"),
            .numbers("precision %"),
        ])
        let classes = evaluation.classes
        func append(_ title: String, _ scope: ScoreScope, _ level: ScoreLevel = .dataset) {
            let set = scores.summary[level]
            table.append([
                title, ranged(ScoreName(.iou, scope, level)), ranged(ScoreName(.dice, scope, level)),
                percent(set.value(.recall, scope)), percent(set.value(.precision, scope)),
            ])
        }
        for scope in classes.scopes { append(classes.title(scope), scope) }
        if hasGroups { append("per-group mean, \(classes.foregroundWord)", .foreground, .perGroup) }
        append("per-case mean, \(classes.foregroundWord)", .foreground, .perCase)
        if scores.imageCount != scores.caseCount { append("per-image mean, \(classes.foregroundWord)", .foreground, .perImage) }
        return table
    }

    private var notes: [String] {
        var notes = [
            "Scores are of one confusion matrix over all pixels, unless a row says per; pixel accuracy "
                + "\(percent(scores.summary.dataset.pixelAccuracy)) %."
        ]
        if let inference = evaluation.inference { notes.append("Scores come from \(inference).") }
        let unit = hasGroups ? "\(scores.groupCount) patients or videos" : "\(scores.caseCount) cases"
        notes.append(
            scores.groupCount > 1
                ? "Intervals: bootstrap over the \(unit), \(scores.bootstrap.resamples) resamples, seed \(scores.bootstrap.seed)."
                : "A single patient or video has no interval.")
        let classes = evaluation.classes
        if !classes.regions.isEmpty {
            notes.append("A region is scored as the union of its classes: \(regionWords). Means are over the regions.")
        } else if !classes.hasBackground {
            notes.append("No background: the means go over all classes.")
        }
        let empty = classes.rowsWithoutBackground.map { (classes.rows[$0].name, scores.summary.perCaseMean.emptyInTruth[$0]) }
            .filter { $1 > 0 }
        if !empty.isEmpty {
            let rule = scores.summary.emptyRule == .one ? "counts as IoU and Dice 1" : "is left out"
            notes.append(
                "Cases whose truth lacks a class: \(empty.map { "\($0) in \($1)" }.joined(separator: ", ")); "
                    + "absent from both \(rule).")
        }
        if let network = evaluation.network {
            let summary = network.summary.dataset
            notes.append(
                "At the network's size: mean IoU of \(classes.foregroundWord) \(percent(summary.miouForeground)) %, Dice "
                    + "\(percent(summary.diceForeground)) %.")
            if let calibration = network.calibration {
                let errors = zip(evaluation.classNames, calibration.classes).map {
                    "\($0) \(percent($1.expectedCalibrationError))"
                }
                notes.append(
                    "Expected calibration error there: \(percent(calibration.predicted.expectedCalibrationError)) % "
                        + "(by class: \(errors.joined(separator: ", "))).")
            }
        }
        return notes
    }

    /// `whole tumor (whole tumor without core, core), core`
    private var regionWords: String {
        evaluation.classes.regions.map { region in
            let parts = region.classes.map { evaluation.classNames[$0] }
            return parts == [region.name] ? region.name : "\(region.name) (\(parts.joined(separator: ", ")))"
        }.joined(separator: ", ")
    }

    /// What single cases score, and the worst of them.
    private var fineGrained: String {
        guard scores.caseCount > 1 else { return "" }
        let parts: [Int?] = [nil] + ScoreName.worstParts.reversed().map { $0 }
        let heads = parts.map { $0.map { "worst \($0) %" } ?? "IoU % of all cases" }
        var table = TextTable([.words("mean of \(evaluation.classes.foregroundWord)")] + heads.map { .numbers($0) })
        let rows: [(String, Score)] = [
            ("of all pixels together (mIoU^D)", .iouOfPixels), ("of each case, then cases (mIoU^I)", .iouOfUnits),
            ("of each class, then classes (mIoU^C)", .iouOfClasses),
        ]
        for (title, score) in rows {
            let names = parts.map { part in
                part == nil && score == .iouOfPixels
                    ? ScoreName(.iou) : ScoreName(score, .foreground, .perCase, worst: part)
            }
            table.append([title] + names.map(ranged))
        }
        return table.plain + "\nA class takes part in the cases whose truth has it.\n"
    }

    private var surfaces: String {
        guard let store = scores.surfaces, let summaries = scores.surfaceSummaries else { return "" }
        let unit = store.unit.rawValue
        var table = TextTable([
            .words("surface of"), .numbers("Hausdorff \(unit)"), .numbers("HD95 \(unit)"), .numbers("average \(unit)"),
            .numbers("surface Dice %"), .numbers("measured"), .numbers("missed"), .numbers("invented"), .numbers("absent"),
        ])
        for summary in summaries {
            let distances = [summary.hausdorff, summary.hausdorff95, summary.averageSymmetric]
            table.append(
                [summary.className] + distances.map { TextTable.cell($0.value, decimals: 2) }
                    + [percent(summary.surfaceDice.value)]
                    + [summary.measured, summary.missed, summary.invented, summary.absent].map(String.init))
        }
        return table.plain
            + "\nMeans over the cases in which both have the class; where one lacks it (missed, invented) the surface Dice is 0. "
            + "Its tolerance: \(store.tolerance) \(unit).\n"
    }

    /// Evaluations of before there were fine-grained scores have none.
    private func ranged(_ name: ScoreName) -> String {
        guard let estimate = scores.estimate(name) else { return percent(scores.summary[name]) }
        guard let interval = estimate.interval else { return percent(estimate.value) }
        return "\(percent(estimate.value)) [\(percent(interval.low, decimals: 1)), \(percent(interval.high, decimals: 1))]"
    }

    private func percent(_ value: Double?, decimals: Int = 2) -> String {
        TextTable.cell(value.map { $0 * 100 }, decimals: decimals)
    }
}
