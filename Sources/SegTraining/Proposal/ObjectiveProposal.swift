import Foundation
import MarginCalibration

/// The margin-calibrated objective for class counts: the paper's offsets where they do something, offsets of a fixed sum where
/// the size of the data set has made them vanish.
struct ObjectiveProposal {
    let objective: Choice<String>
    /// Counts, shares and both offsets of each class, as lines of a table.
    let table: [String]

    /// Below it no gradient changes by as much as its noise.
    private static let leastChange = 0.01
    /// The sum of the ρ_0k; margins of trained networks are of this order.
    private static let sum = 4.0

    /// - Throws: `LabelDistributionError` for counts that are none.
    init(counts: [Int], classNames: [String]) throws {
        let distribution = try LabelDistribution(counts: counts)
        let absent = counts.indices.filter { counts[$0] == 0 }
        let excluding = absent.isEmpty ? "" : ",exclude=[\(absent.map(String.init).joined(separator: ","))]"
        let missing =
            absent.isEmpty
            ? ""
            : "; without offsets for \(absent.map { classNames[$0] }.joined(separator: ", ")), absent from the training labels"
        func offsets(_ scale: MarginOffsets.Scale) -> MarginOffsets? {
            try? MarginOffsets(distribution, scale: scale, excluding: Set(absent), classNames: classNames)
        }
        let paper = offsets(.absolute(tau: 10))
        let change = paper.map { GradientChange($0).rho0k.max() ?? 0 } ?? 0
        let chosen: MarginOffsets?
        if change >= Self.leastChange {
            chosen = paper
            objective = Choice(
                "margin(form=paper,tau=10,nu=1\(excluding))",
                String(format: "the paper's offsets change the pull on an undecided pixel by up to %.0f %%", change * 100)
                    + missing)
        } else if let fixed = offsets(.sum(Self.sum)) {
            chosen = fixed
            objective = Choice(
                "margin(form=paper,sum=\(String(format: "%g", Self.sum))\(excluding))",
                "tau = 10 would change gradients by less than 1 % on a data set of this size; a sum does not depend on it"
                    + missing)
        } else {
            chosen = nil
            objective = Choice("cross_entropy+dice", "no margin-offsets follow from these counts")
        }
        table = Self.table(distribution, classNames, chosen)
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
