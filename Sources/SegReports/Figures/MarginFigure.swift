import Foundation
import MarginCalibration

extension ChartSheet {
    /// Figure 1 of the paper with the offsets of each class: the ρ-margin loss (Eq. 5) and the ρ-calibrated log-loss that bounds
    /// it, over the margin of a pixel to the right side of the class's boundary.
    ///
    /// All panels have the same axes, so that rare and common classes can be compared.
    public init(marginFigureOf offsets: MarginOffsets, classNames: [String]) {
        let largest = (offsets.rho0k + offsets.rhoK0).max() ?? 0
        let margins = -2...max(3, largest * 1.25)
        // Above, the log-loss is a straight line; more of it would flatten the ρ-margin loss, which ends at 1.
        let highest = min(4, MarginLoss.calibratedLog(margins.lowerBound, rho: largest))
        let charts = classNames.indices.map { index in
            let (rho0k, rhoK0) = (offsets.rho0k[index], offsets.rhoK0[index])
            let own = Self.lines(rho: rhoK0, of: "its own pixels (λₖ, ρₖ₀)", color: .blue, width: 5, over: margins)
            let others = Self.lines(
                rho: rho0k, of: "the other pixels (−λₖ, ρ₀ₖ)", color: .vermilion, width: 2, over: margins)
            return LineChart(
                title: classNames[index], note: String(format: "ρₖ₀ = %.4g,  ρ₀ₖ = %.4g", rhoK0, rho0k), xLabel: "margin λ",
                yLabel: "loss", x: margins, y: 0...highest, lines: own + others)
        }
        self.init(
            title: "Losses with the margin-offsets of each class", charts: charts,
            columns: charts.count == 4 ? 2 : 3)
    }

    private static func lines(
        rho: Double, of pixels: String, color: RGB, width: Double, over margins: ClosedRange<Double>
    ) -> [LineChart.Line] {
        // The corners of Eq. 5; for ρ = 0 they make the step of the 0-1 loss.
        let corners = [(margins.lowerBound, 1.0), (0, 1), (rho, 0), (margins.upperBound, 0)].map(LineChart.Point.init)
        let step = (margins.upperBound - margins.lowerBound) / 120
        let curve = (0...120).map { index in
            let margin = margins.lowerBound + Double(index) * step
            return LineChart.Point(margin, MarginLoss.calibratedLog(margin, rho: rho))
        }
        return [
            LineChart.Line(label: "ρ-margin loss of \(pixels)", points: corners, color: color, width: width),
            LineChart.Line(label: "calibrated log-loss of \(pixels)", points: curve, color: color, stroke: .dashed, width: width),
        ]
    }
}
