import Foundation
import MarginCalibration
import SegLosses

/// What the second stage minimises, by what was measured, and the margin-calibrated objective that can take its place.
///
/// In the study of docs/RESULTS.md, five tasks of small public data and three seeds each, no objective was better than continued
/// cross-entropy everywhere; the paper's offsets changed nothing that could be measured, and those of a sum of 4 cost 0.2 to 0.5
/// points of mIoU, and recall of rare classes. The authors' form without larger offsets came nearest to cross-entropy.
struct ObjectiveProposal {
    let objective: Choice<String>
    /// To try instead: with offsets for the classes that train.
    let alternative: String
    /// Counts, shares and both offsets of each class with the alternative, as lines of a table.
    let table: [String]

    /// - Parameter labels: as training sees them.
    init(labels: LabelDistribution, classNames: [String]) {
        let absent = labels.counts.indices.filter { labels.counts[$0] == 0 }
        let settings = MarginSettings(scale: .absolute(tau: 10), nu: 1, excluding: Set(absent))
        let excluding = absent.isEmpty ? "" : ",exclude=[\(absent.map(String.init).joined(separator: ","))]"
        alternative = "margin(form=authors,tau=10,nu=1\(excluding))"
        let missing =
            absent.isEmpty
            ? "" : "; \(absent.map { classNames[$0] }.joined(separator: ", ")) cannot be learnt, since no training label has it"
        objective = Choice(
            "cross_entropy",
            "in the project's study on small data (docs/RESULTS.md) no objective was better than continued cross-entropy everywhere, "
                + "and margins of sum=4 cost up to half a point; where a rare class is missed, adding tversky found more of it\(missing)"
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
