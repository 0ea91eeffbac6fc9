import Foundation
import MarginCalibration
import SegConfiguration
import SegLosses

/// What the stages minimise, by what was measured, and the margin-calibrated objective that can take the second's place.
///
/// In the study of docs/RESULTS.md ("Which objective?") cross-entropy with Lovász-softmax over the batch was above continued
/// cross-entropy on nodules, polyps, the heart and nuclei, with intervals above 0, and none of thirteen objectives was so above it on any
/// task. Margins of the paper's offsets gave what cross-entropy gives. Pre-training with cross-entropy + Dice was above pre-training with
/// cross-entropy on all four tasks that had both ("After cross-entropy + Dice").
struct ObjectiveProposal {
    let pretraining: Choice<String>
    let objective: Choice<String>
    /// To try instead: with offsets for the classes that train.
    let alternative: String
    /// Counts, shares and both offsets of each class with the alternative, as lines of a table.
    let table: [String]

    /// What a plan says above the stage, as lines.
    ///
    /// - Parameter view: how training sees the labels.
    func comment(view: String, indent: String) -> [String] {
        func lines(_ text: String) -> [String] {
            (indent + PlanComment.wrapped(text, indent: indent)).components(separatedBy: "\n")
        }
        return lines("\(objective.reason).")
            + lines("The margin-calibrated loss to try instead, with the offsets of your training labels (\(view)):")
            + ["objective: \(alternative)"].map { indent + "  " + $0 } + table.map { indent + "  " + $0 }
            + lines("`marginseg margins DATA` shows others; `marginseg loss list` shows other objectives.")
    }

    private static let pretrainingReason = """
        nnU-Net's objective first, which in as many steps gave 0.6 to 4.7 points of mIoU more than cross-entropy alone on four tasks, by \
        every seed (docs/RESULTS.md); then one nearer to the IoU
        """
    private static let finetuningReason = """
        after cross-entropy + Dice (docs/RESULTS.md) it was level with more of the same on hippocampus, nodules and polyps and 0.2 points \
        of mIoU above it on the heart, where the margin-calibrated loss alone was 0.3 to 1.0 below; after cross-entropy none of thirteen \
        objectives was above it
        """

    /// - Parameters:
    ///   - labels: as training sees them.
    ///   - hasBackground: whether class 0 is what the others are not, which Dice leaves out.
    init(labels: LabelDistribution, classNames: [String], hasBackground: Bool) {
        pretraining = Choice("cross_entropy + dice" + (hasBackground ? "(background=false)" : ""), Self.pretrainingReason)
        let settings = MarginSettings.paper(for: labels)
        let absent = settings.excluded.sorted()
        let excluding = absent.isEmpty ? "" : ",exclude=[\(absent.map(String.init).joined(separator: ","))]"
        alternative = "margin(form=authors,tau=10,nu=1\(excluding))"
        let missing =
            absent.isEmpty
            ? "" : "; \(absent.map { classNames[$0] }.joined(separator: ", ")) cannot be learnt, since no training label has it"
        objective = Choice(
            Preset.finetuning,
            Self.finetuningReason + missing
        )
        table = Self.table(labels, classNames, try? settings.offsets(for: labels, classNames: classNames))
    }

    private static func table(_ distribution: LabelDistribution, _ names: [String], _ offsets: MarginOffsets?) -> [String] {
        let shares = distribution.frequencies
        var rows = [["class", "pixels", "share %", "rho_0k", "rho_k0"]]
        for (index, name) in names.enumerated() {
            rows.append([
                name, "\(distribution.counts[index])", String(format: "%.3f", shares[index] * 100),
                offsets.map { String(format: "%.3g", $0.rho0k[index]) } ?? "none",
                offsets.map { String(format: "%.3g", $0.rhoK0[index]) } ?? "none",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "  ")
        }
    }
}
