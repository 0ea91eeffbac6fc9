import Foundation
import MarginCalibration
import SegLosses

/// An evaluated objective.
struct LossReport: Findings {
    let objective: String
    let loss: Double
    /// Pixels that take part.
    let pixels: Int
    let ignored: Int
    /// What margins follow from.
    let counts: [Int]
    /// Of each margin-calibrated term.
    let marginOffsets: [MarginOffsets]

    init(_ expression: LossExpression, _ evaluation: LossEvaluation) {
        objective = expression.text
        loss = evaluation.value
        pixels = evaluation.pixelCount
        ignored = evaluation.ignoredCount
        counts = evaluation.distribution.counts
        marginOffsets = evaluation.marginOffsets
    }

    var text: String {
        var rows = [("loss", "\(loss)"), ("pixels", "\(pixels)" + (ignored > 0 ? ", and \(ignored) ignored" : ""))]
        for offsets in marginOffsets {
            rows += [("counts", counts.map(String.init).joined(separator: ", "))]
            rows += [("rho_0k", listed(offsets.rho0k)), ("rho_k0", listed(offsets.rhoK0))]
        }
        return labelled(rows, width: 8)
    }
}
