import SegMetrics

extension RunReport {
    /// Scores of the classes, per-case spread, other ways of averaging, surfaces and calibration.
    var classScores: PageSection {
        var blocks = runs.map { PageBlock.table(classTable($0), caption: classCaption($0)) }
        blocks.append(.figure(scoreFigure))
        blocks += runs.map { .table(levelTable($0), caption: levelCaption($0)) }
        let surfaces = runs.filter { $0.evaluation.native.surfaceSummaries != nil }
        for run in surfaces { blocks.append(.table(surfaceTable(run), caption: surfaceCaption(run))) }
        if let figure = reliability { blocks.append(.figure(figure)) }
        return PageSection("Scores", blocks)
    }

    /// The beginning of a sentence on one run.
    private func sentence(_ run: Run, _ words: String) -> String {
        runs.count == 1 ? words.prefix(1).uppercased() + words.dropFirst() : "\(run.name): \(words)"
    }

    private func classTable(_ run: Run) -> TextTable {
        let scores = Score.ofClasses
        var table = TextTable([.words("class")] + scores.map { .numbers($0.title) })
        let native = run.evaluation.native
        for scope in classes.scopes {
            table.append([classes.title(scope)] + scores.map { ReportNumbers.percent(native.estimate(ScoreName($0, scope))) })
        }
        return table
    }

    private func classCaption(_ run: Run) -> String {
        sentence(
            run, "scores over the whole split in per cent, native resolution, with \(level(run.evaluation.native)) intervals. ")
            + "The paper's tables call the mean recall of the foreground pixel accuracy; the share of all pixels that are right is "
            + "\(ReportNumbers.percent(run.evaluation.native.estimate(ScoreName(.pixelAccuracy, .all))))."
    }

    private var scoreFigure: PageFigure {
        let bars = IntervalChart(
            title: "IoU over the split", xLabel: "IoU, %", x: 0...100, decimals: 1,
            groups: classes.rows.enumerated().map { index, row in
                .init(
                    row.name,
                    runs.enumerated().map { number, run in
                        let estimate = run.evaluation.native.estimate(ScoreName(.iou, .one(index)))
                        return .init(percentOf: estimate?.value, interval: estimate?.interval, color: color(number))
                    })
            })
        let dots = DotChart(
            title: "IoU of each case", xLabel: "IoU, %", x: 0...100,
            groups: classes.rowsWithoutBackground.flatMap { index in
                runs.enumerated().map { number, run in
                    .init(
                        label: runs.count == 1 ? classes.rows[index].name : "\(classes.rows[index].name), \(run.name)",
                        values: caseScores(run, index).map { $0 * 100 }, color: color(number))
                }
            })
        return PageFigure(
            name: "class-scores", panels: [bars.drawing, dots.drawing], legend: runLegend,
            caption:
                "IoU of each class over the whole split with its interval, and in each case that has the class in truth or "
                + "prediction: a dot is a case, the box holds the middle half of them, the line is the median.")
    }

    /// The IoU of a row in each case where it is defined without a rule.
    private func caseScores(_ run: Run, _ index: Int) -> [Double] {
        run.evaluation.native.store.cases.compactMap { ClassScores(of: classes.rows[index].classes, in: $0.matrix).iou(.skip) }
    }

    private func levelTable(_ run: Run) -> TextTable {
        let names =
            classes.meanScopes.map { (title: "mIoU, \(classes.words($0))", score: Score.iou, scope: $0) }
            + [("mean Dice, \(foreground)", .dice, .foreground), ("recall, \(foreground)", .recall, .foreground)]
        var table = TextTable([.words("averaged over")] + names.map { .numbers($0.title) })
        let levels: [(String, ScoreLevel)] = [
            ("nothing: the whole split", .dataset), ("patients or videos", .perGroup), ("cases", .perCase), ("images", .perImage),
        ]
        for (name, level) in levels {
            table.append(
                [name] + names.map { ReportNumbers.percent(run.evaluation.native.estimate(ScoreName($0.score, $0.scope, level))) }
            )
        }
        if let network = run.evaluation.network {
            table.append(
                ["the whole split, at the network's size"]
                    + names.map { ReportNumbers.percent(network.estimate(ScoreName($0.score, $0.scope))) })
        }
        return table
    }

    private func levelCaption(_ run: Run) -> String {
        sentence(run, "the same predictions, averaged in other ways, in per cent. Compare only numbers of one row.")
    }

    private func surfaceTable(_ run: Run) -> TextTable {
        let native = run.evaluation.native
        let unit = native.surfaces.map { $0.unit == .millimetres ? "mm" : "pixels" } ?? ""
        let tolerance = native.surfaces.map { ReportNumbers.significant($0.tolerance) } ?? ""
        var table = TextTable([
            .words("class"), .numbers("Hausdorff, \(unit)"), .numbers("95th percentile, \(unit)"),
            .numbers("average, \(unit)"), .numbers("surface Dice at \(tolerance) \(unit), %"), .numbers("measured"),
            .numbers("missed"), .numbers("invented"),
        ])
        func distance(_ mean: SurfaceSummary.Mean) -> String {
            func text(_ value: Double?) -> String { TextTable.cell(value, decimals: 2) }
            return ReportNumbers.with(mean.interval, text(mean.value), text)
        }
        for summary in native.surfaceSummaries ?? [] {
            let dice = summary.surfaceDice
            table.append([
                summary.className, distance(summary.hausdorff), distance(summary.hausdorff95),
                distance(summary.averageSymmetric),
                ReportNumbers.with(dice.interval, ReportNumbers.percent(dice.value), ReportNumbers.percent),
                "\(summary.measured)", "\(summary.missed)", "\(summary.invented)",
            ])
        }
        return table
    }

    private func surfaceCaption(_ run: Run) -> String {
        sentence(
            run,
            "distances between the surfaces of truth and prediction, means over the cases that have both; missed cases "
                + "have the class in the truth only, invented ones in the prediction only, and count as surface Dice 0.")
    }

    private var reliability: PageFigure? {
        let curves = runs.enumerated().compactMap { index, run in
            run.evaluation.network?.calibration.map { (index, run, $0.predicted) }
        }
        guard !curves.isEmpty else { return nil }
        let lines = curves.map { index, run, curve in
            LineChart.Line(
                label: runs.count == 1 ? "this run" : run.name,
                points: zip(curve.confidences, curve.accuracies).compactMap { pair in
                    pair.0.flatMap { confidence in pair.1.map { .init(confidence * 100, $0 * 100) } }
                }, color: color(index))
        }
        let ideal = LineChart.Line(
            label: "probabilities that are what they say", points: [.init(0, 0), .init(100, 100)], color: RGB.gray,
            stroke: .dashed, width: 1.2)
        let errors = curves.map { _, run, curve in
            (runs.count == 1 ? "" : "\(run.name) ") + "\(ReportNumbers.percent(curve.expectedCalibrationError)) %"
        }
        return PageFigure(
            name: "reliability",
            charts: [
                LineChart(
                    title: "Reliability of the probabilities", xLabel: "probability of the predicted class, %",
                    yLabel: "share that is right, %", x: 0...100, y: 0...100, lines: [ideal] + lines)
            ],
            caption:
                "How often predictions of a probability are right, over all pixels at the network's size. Expected calibration "
                + "error: \(errors.joined(separator: ", ")).")
    }

    /// Which class is taken for which.
    var confusion: PageSection {
        let maps = runs.map { run in
            let matrix = run.evaluation.native.store.dataset
            let shares = matrix.rows.map { row -> [Double]? in
                let sum = row.reduce(0, +)
                return sum == 0 ? nil : row.map { Double($0) / Double(sum) }
            }
            let title = runs.count == 1 ? "Confusion of classes, %" : "\(run.name), %"
            return HeatMap(title: title, names: classNames, shares: shares).drawing
        }
        let figure = PageFigure(
            name: "confusion", panels: maps,
            caption:
                "Rows: the true class, columns: the predicted one, in per cent of the true class's pixels over the whole split; "
                + "the diagonal is the recall.")
        return PageSection("Confusion", [.figure(figure)])
    }
}
