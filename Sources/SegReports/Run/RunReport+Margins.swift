import Foundation
import MarginCalibration

extension RunReport {
    /// Margins of each class (Eq. 4) and the lower bounds that follow (Eqs. 6–8).
    var margins: PageSection {
        PageSection(
            "Margins and lower bounds",
            [
                .paragraph(
                    "The margin of a pixel is the score of its true class less the largest other score (λ of Eq. 4): above 0 the pixel is "
                        + "right. What the ρ-margin losses at the offsets ρ leave of each class bounds its IoU from below (Eqs. 6 to 8); "
                        + "no IoU lies below its bound."),
                .figure(histograms), .figure(boundFigure),
            ] + runs.map { .table(boundTable($0), caption: boundCaption($0)) })
    }

    private var histograms: PageFigure {
        let charts = classNames.indices.map { index -> LineChart in
            let curves = runs.map { $0.margins.byClass.own[index] }
            let span = Self.span(of: curves)
            let densities = curves.map { $0.density(over: span) }
            let highest = densities.joined().map(\.y).max() ?? 1
            let rho = runs[0].margins.bounds.offsets.rhoK0[index]
            // All runs have the same cases.
            let shares = curves.map { ReportNumbers.percent($0.shareBelowZero) }.joined(separator: " · ")
            let note = curves[0].total == 0 ? "no pixels" : "\(shares) % wrong of \(curves[0].total.grouped) pixels"
            return LineChart(
                title: classNames[index], note: note, xLabel: "margin λ of the class's own pixels", yLabel: "density", x: span,
                y: 0...(highest > 0 ? highest * 1.08 : 1),
                lines: zip(runs.indices, densities).map { run, points in
                    .init(label: runs[run].name, points: points, color: color(run), width: 1.6)
                },
                bands: runs.count > 1
                    ? [] : [.init(lower: densities[0].map { .init($0.x, 0) }, upper: densities[0], color: color(0))],
                rules: [.init(x: 0, label: "0")]
                    + (runs.count == 1 && span.contains(rho) && rho > 0.04 * (span.upperBound - span.lowerBound)
                        ? [.init(x: rho, label: "ρ")] : []))
        }
        return PageFigure(
            name: "margin-histograms", panels: charts.map(\.drawing), legend: runLegend,
            caption:
                "Margins λ of the pixels of each class, in units of the logits, at native resolution; the area under each curve "
                + "is 1, its part left of 0 the share of the class's pixels that are wrong. Axes differ; they hold 99.8 % of the pixels."
        )
    }

    /// The range that holds all but a thousandth of the margins on either side, and 0.
    private static func span(of histograms: [MarginHistogram]) -> ClosedRange<Double> {
        let low = histograms.compactMap { $0.quantile(0.001) }.min() ?? -1
        let high = histograms.compactMap { $0.quantile(0.999) }.max() ?? 1
        let room = 0.03 * max(high - low, 0.1)
        return min(low - room, -room)...max(high + room, room)
    }

    private var boundFigure: PageFigure {
        let subjects = classNames + ["mean"]
        let charts = runs.enumerated().map { number, run in
            let bounds = run.margins.bounds
            let values = zip(bounds.empiricalIoU + [bounds.empiricalMIoU], bounds.iouLowerBound + [bounds.miouLowerBound])
            return IntervalChart(
                title: runs.count == 1 ? "IoU and its lower bound" : run.name, xLabel: "IoU, %", x: 0...100, decimals: 1,
                groups: zip(subjects, values).map { name, pair in
                    .init(name, [.init(pair.0 * 100, color: Self.measuredColor), .init(pair.1 * 100, color: Self.boundColor)])
                }
            ).drawing
        }
        return PageFigure(
            name: "lower-bounds", panels: charts,
            legend: Legend([
                .init("measured IoU", color: Self.measuredColor), .init("lower bound from the margins", color: Self.boundColor),
            ]),
            caption:
                "IoU of each class and the lower bound that its margins give (Eq. 7); the mean is over all classes"
                + "\(classes.hasBackground ? ", with the background" : "") (Eq. 8).")
    }

    private static let measuredColor = RGB.bluishGreen
    private static let boundColor = RGB.reddishPurple

    private func boundTable(_ run: Run) -> TextTable {
        let bounds = run.margins.bounds
        var table = TextTable([
            .words("class"), .numbers("ρ_k0"), .numbers("ρ_0k"), .numbers("ℓ_k0"), .numbers("ℓ_0k"),
            .numbers("lower bound of IoU, %"), .numbers("IoU, %"), .numbers("mean margin"),
        ])
        for (index, name) in classNames.enumerated() {
            table.append([
                name, ReportNumbers.significant(bounds.offsets.rhoK0[index]),
                ReportNumbers.significant(bounds.offsets.rho0k[index]),
                String(format: "%.5f", bounds.lossK0[index]), String(format: "%.5f", bounds.loss0k[index]),
                ReportNumbers.percent(bounds.iouLowerBound[index]), ReportNumbers.percent(bounds.empiricalIoU[index]),
                TextTable.cell(run.margins.byClass.own[index].mean, decimals: 2).replacingOccurrences(of: "-", with: "−"),
            ])
        }
        table.append([
            "mean", "", "", "", "", ReportNumbers.percent(bounds.miouLowerBound), ReportNumbers.percent(bounds.empiricalMIoU), "",
        ])
        return table
    }

    private func boundCaption(_ run: Run) -> String {
        (runs.count == 1 ? "M" : "\(run.name): m")
            + "argin-offsets ρ (\(run.margins.offsetsFrom)), ρ-margin losses ℓ (Eq. 6), and the "
            + "lower bounds (Eqs. 7 and 8). The bounds hold for the pixels of this split; what Theorem 1 says of new data is "
            + "printed by marginseg bound."
    }
}
