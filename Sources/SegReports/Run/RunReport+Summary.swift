import Foundation
import SegMetrics

extension RunReport {
    /// The key numbers, warnings, and what the runs are.
    var summary: PageSection {
        var blocks: [PageBlock] =
            runs.count == 1 ? [.keyNumbers(keyNumbers(of: runs[0]))] : [.table(runTable, caption: runCaption)]
        blocks += cautions
        var facts = TextTable([.words("")] + runs.map { .words(runs.count == 1 ? "this run" : $0.name) })
        for (index, fact) in runs[0].facts.enumerated() { facts.append([fact.label] + runs.map { $0.facts[index].value }) }
        blocks.append(.table(facts, caption: "What was trained, on what, and how."))
        return PageSection("Summary", blocks)
    }

    private func keyNumbers(of run: Run) -> [KeyNumber] {
        let native = run.evaluation.native
        func number(_ label: String, _ name: ScoreName) -> KeyNumber {
            let estimate = native.estimate(name)
            let interval = estimate?.interval.map {
                "\(level(native)) interval \(ReportNumbers.percent($0.low)) to \(ReportNumbers.percent($0.high))"
            }
            return KeyNumber(label, "\(ReportNumbers.percent(estimate?.value)) %", detail: interval ?? "no interval")
        }
        let bounds = run.margins.bounds
        let ofClasses = KeyNumber(
            "mIoU, \(boundedClasses)", "\(ReportNumbers.percent(bounds.empiricalMIoU)) %",
            detail: "of which the regions are unions")
        return [
            number("mIoU, \(foreground)", ScoreName(.iou)), number("mean Dice, \(foreground)", ScoreName(.dice)),
        ]
            + (classes.foreground == Array(classNames.indices)
                ? [] : [classes.regions.isEmpty ? number("mIoU, \(boundedClasses)", ScoreName(.iou, .all)) : ofClasses])
            + [
                KeyNumber(
                    "lower bound of that mIoU", "\(ReportNumbers.percent(bounds.miouLowerBound)) %",
                    detail: "from the margins (Eq. 8)" + (run.postProcessing == nil ? "" : ", without post-processing"))
            ]
    }

    /// What the mean goes over that the margins bound: every class, whatever is scored as a whole.
    private var boundedClasses: String { classes.hasBackground && classes.regions.isEmpty ? "with background" : "all classes" }

    private var runTable: TextTable {
        var table = TextTable([
            .words("run"), .numbers("mIoU, \(foreground)"), .numbers("mean Dice, \(foreground)"),
            .numbers("mIoU, \(boundedClasses)"), .numbers("its lower bound (Eq. 8)"),
        ])
        for run in runs {
            let native = run.evaluation.native
            let bounds = run.margins.bounds
            let names = [ScoreName(.iou), ScoreName(.dice)] + (classes.regions.isEmpty ? [ScoreName(.iou, .all)] : [])
            table.append(
                [run.name] + names.map { ReportNumbers.percent(native.estimate($0)) }
                    + (classes.regions.isEmpty ? [] : [ReportNumbers.percent(bounds.empiricalMIoU)])
                    + [ReportNumbers.percent(bounds.miouLowerBound)])
        }
        return table
    }

    private var runCaption: String {
        "Scores over the whole split in per cent at native resolution, with \(level(runs[0].evaluation.native)) intervals over "
            + "\(runs[0].evaluation.native.groupCount) \(units(2))."
    }

    func level(_ scores: ResolutionScores) -> String { String(format: "%g %%", scores.bootstrap.level * 100) }

    /// What a reader could take the numbers for and they are not.
    private var cautions: [PageBlock] {
        let native = runs[0].evaluation.native
        var blocks: [PageBlock] = []
        func warn(_ title: String, _ text: String) { blocks.append(.note(.warning, title: title, text: text)) }
        switch part {
        case .train: warn("Scores on training data.", "They say how well the data were fitted, nothing about new patients.")
        case .validation:
            warn(
                "Scores on validation data.",
                "The checkpoints were chosen by these cases, so the scores are better than on new ones.")
        case .test: break
        }
        for run in runs {
            let matrix = run.evaluation.native.store.dataset
            let never = classNames.indices.filter {
                let scores = ClassScores(of: $0, in: matrix)
                return scores.isEmptyInPrediction && !scores.isEmptyInTruth
            }
            if !never.isEmpty {
                blocks.append(
                    .note(
                        .error,
                        title:
                            "\(runs.count == 1 ? "This run" : run.name) never predicts \(never.map { classNames[$0] }.joined(separator: ", ")).",
                        text:
                            "It has collapsed to the other classes: train longer, with another learning rate, or from another start."
                    ))
            }
        }
        let problems = runs.map { ($0.name, $0.evaluation.problems) }.filter { !$0.1.isEmpty }
        for (name, list) in problems {
            let first = list.prefix(3).map(\.message).joined(separator: "; ")
            warn("\(counted(list.count, "case")) of \(name) not scored.", first + (list.count > 3 ? "; and more" : ""))
        }
        if native.groupCount < 10 {
            warn(
                "\(native.groupCount) \(units(native.groupCount)).",
                "Intervals from so few are rough, and tests between runs have little power.")
        }
        if native.groupCount == native.caseCount, native.imageCount == native.caseCount, native.caseCount > 1 {
            warn(
                "Every image counts as a patient of its own.",
                "If several come from one patient, the intervals are too narrow: name the patients in the data set's table.")
        }
        let unfinished = runs.filter { $0.stages.last?.epochs.last?.isBest == true }.map(\.name)
        if !unfinished.isEmpty {
            let subject = runs.count == 1 ? "This run" : unfinished.joined(separator: ", ")
            warn(
                "Still improving.",
                "\(subject) had its best validation score in the last epoch; a longer training may score higher.")
        }
        return blocks
    }

    /// What the numbers are, said once for all tables.
    var measured: PageSection {
        let native = runs[0].evaluation.native
        let summary = native.summary
        let bootstrap = native.bootstrap
        let method =
            switch bootstrap.method {
            case .expandedPercentile: "bootstrap, percentiles expanded for few units"
            case .percentile: "percentile bootstrap"
            case .bca: "bias-corrected and accelerated bootstrap"
            }
        var lines = [
            "\(counted(native.caseCount, "case")) of \(native.groupCount) \(units(native.groupCount)), "
                + "\(counted(native.imageCount, "image")), \(summary.pixels.grouped) pixels; ignored pixels take no part.",
            "Scored at native resolution: predictions are brought back to each image's own grid before they are compared. "
                + "The scores at the network's size stand beside them where they were computed.",
            "Scores of the split come from one confusion matrix over all its pixels, as in the paper; means per patient, case and "
                + "image are named so. \(foregroundWords)",
            emptyRule(summary),
            "Intervals (\(level(native))): \(method), \(bootstrap.resamples) resamples of \(units(2)), seed \(bootstrap.seed). They "
                + "hold for new patients of the same kind; they do not hold for another training: "
                + "the spread over seeds is not in them.",
        ]
        if let inference = runs[0].evaluation.inference { lines.insert("Scores come from \(inference).", at: 1) }
        if part == .test {
            lines.append("The checkpoint was chosen on the validation split; the training read nothing of the test split.")
        }
        return PageSection("What was measured", [.list(lines)])
    }

    /// What the mean over the foreground leaves out.
    private var foregroundWords: String {
        let background = classes.hasBackground ? "the background, \(classNames[0])" : ""
        if !classes.regions.isEmpty {
            let names = classes.regions.map(\.name).joined(separator: ", ")
            return "A region is scored as the union of its classes; the mean is over the regions (\(names))"
                + (background.isEmpty ? "." : ", without \(background).")
        }
        return classes.hasBackground
            ? "The foreground mean leaves out \(background)." : "No class is the background: the means go over all classes."
    }

    private func emptyRule(_ summary: MetricSummary) -> String {
        let rule =
            switch summary.emptyRule {
            case .one: "A class that neither truth nor prediction has counts as IoU and Dice 1, the paper's convention"
            case .skip: "A class that neither truth nor prediction has is left out of means"
            }
        let cases = summary.perCaseMean
        let empty = classes.rowsWithoutBackground.filter { cases.emptyInTruth[$0] > 0 }.map {
            "\(classes.rows[$0].name) in \(cases.emptyInTruth[$0]) (in \(cases.emptyInBoth[$0]) of them also from the prediction)"
        }
        return rule + "; "
            + (empty.isEmpty
                ? "here every case has every class." : "absent from the truth of cases: \(empty.joined(separator: ", ")).")
    }

    /// How to get these numbers again.
    var making: PageSection {
        PageSection("How to get this again", [.code(commands.joined(separator: "\n"))])
    }
}
