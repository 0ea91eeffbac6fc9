import Foundation
import MarginCalibration
import SegReports

/// The margin-offsets that follow from class counts, with what they do to the gradient.
struct MarginReport: Findings {
    /// One class.
    struct Row: Encodable {
        let name: String
        let count: Int
        let frequency: Double
        let rho0k: Double
        let rhoK0: Double
        /// At λ = 0, against no offsets: 0.03 is 3 % more.
        let gradientChange0k: Double
        let gradientChangeK0: Double

        enum CodingKeys: String, CodingKey {
            case name, count, frequency, rhoK0, gradientChangeK0
            case rho0k = "rho_0k"
            case gradientChange0k = "gradient_change_0k"
        }
    }

    /// What was counted.
    let origin: String
    let pixels: Int
    let scale: MarginOffsets.Scale
    let nu: Double
    /// What ν must exceed.
    let smallestNu: Double
    let classes: [Row]

    init(
        _ distribution: LabelDistribution, offsets: MarginOffsets, scale: MarginOffsets.Scale, nu: Double, smallestNu: Double,
        classNames: [String], origin: String
    ) {
        let change = GradientChange(offsets)
        let frequencies = distribution.frequencies
        self.origin = origin
        pixels = distribution.total
        self.scale = scale
        self.nu = nu
        self.smallestNu = smallestNu
        classes = classNames.enumerated().map { index, name in
            Row(
                name: name, count: distribution.counts[index], frequency: frequencies[index], rho0k: offsets.rho0k[index],
                rhoK0: offsets.rhoK0[index], gradientChange0k: change.rho0k[index], gradientChangeK0: change.rhoK0[index])
        }
    }

    var text: String {
        var table = TextTable([
            .words("class"), .numbers("pixels"), .numbers("share %"), .numbers("rho_0k"), .numbers("rho_k0"),
            .numbers("gradient 0k"), .numbers("gradient k0"),
        ])
        for row in classes {
            table.append([
                row.name, "\(row.count)", TextTable.cell(row.frequency * 100, decimals: 3), String(format: "%.4g", row.rho0k),
                String(format: "%.4g", row.rhoK0), String(format: "%+.3g %%", row.gradientChange0k * 100),
                String(format: "%+.3g %%", row.gradientChangeK0 * 100),
            ])
        }
        let size =
            switch scale {
            case .absolute(let tau): String(format: "tau = %g", tau)
            case .sum(let sum): String(format: "sum = %g", sum)
            }
        return """
            Margin-offsets of Corollary 1.1 for \(origin): \(size), nu = \(String(format: "%g", nu)) (smallest: above \
            \(String(format: "%.4g", smallestNu)))

            \(table.plain)
            gradient: by how much the offset changes the pull on an undecided pixel (margin 0), against no offsets;
            0k on the pixels that are not of the class, k0 on the pixels of the class. 100 % is the most there can be.

            """
    }
}
