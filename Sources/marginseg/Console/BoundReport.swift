import DataSets
import Foundation
import MarginCalibration
import SegInference
import SegReports

/// The lower bounds of a trained model on its splits, and Theorem 1's ε.
struct BoundReport: Findings {
    /// One class on one split.
    struct ClassBounds: Encodable {
        let name: String
        /// ℓ_k0 and ℓ_0k, Eq. 6.
        let lossK0: Double
        let loss0k: Double
        /// Eq. 7.
        let iouLowerBound: Double
        let iou: Double
        /// λ_iy of the class's pixels; nil where the split has none.
        let meanMargin: Double?

        enum CodingKeys: String, CodingKey {
            case name, iou, lossK0, iouLowerBound, meanMargin
            case loss0k = "loss_0k"
        }
    }

    /// One split at native resolution.
    struct SplitBounds: Encodable {
        let split: Split
        let cases: Int
        let pixels: Int
        let classes: [ClassBounds]
        /// Eq. 8, over all classes.
        let miouLowerBound: Double
        let miou: Double

        init(_ split: Split, cases: Int, classNames: [String], _ result: GatheredMargins) {
            let bounds = result.bounds
            self.split = split
            self.cases = cases
            pixels = bounds.total
            classes = classNames.enumerated().map { index, name in
                ClassBounds(
                    name: name, lossK0: bounds.lossK0[index], loss0k: bounds.loss0k[index],
                    iouLowerBound: bounds.iouLowerBound[index], iou: bounds.empiricalIoU[index],
                    meanMargin: result.byClass.own[index].mean)
            }
            miouLowerBound = bounds.miouLowerBound
            miou = bounds.empiricalMIoU
        }
    }

    /// Theorem 1 on the training split; nil where it is vacuous.
    struct Theorem: Encodable {
        let complexity: Double
        let eta: Double
        /// Patients or videos, and m, the pixels of the largest.
        let units: Int
        let pixelsPerUnit: Int
        let trainingPixels: Int
        let f: Double
        let terms: [Double?]
        let epsilon: Double?
        let assumptions: [TrainingBound.Assumption]
        /// The mIoU that new data reach with probability 1 − η; nil unless every assumption can hold.
        let guaranteedMiou: Double?

        init(_ bound: TrainingBound) {
            complexity = bound.complexity
            eta = bound.eta
            units = bound.units
            pixelsPerUnit = bound.pixelsPerUnit
            trainingPixels = bound.labels.total
            f = bound.theorem.f
            terms = bound.theorem.terms
            epsilon = bound.theorem.epsilon
            assumptions = bound.assumptions
            guaranteedMiou = bound.guaranteed
        }
    }

    let classNames: [String]
    let hasBackground: Bool
    let offsets: MarginOffsets
    /// Where the offsets come from.
    let offsetsFrom: String
    /// How the scores were made; nil for one network on whole inputs.
    let inference: String?
    let splits: [SplitBounds]
    /// nil where the training split was not gathered.
    let theorem: Theorem?

    var text: String {
        let parts = splits.map { split in
            "\(split.split.rawValue): \(split.cases) cases, \(split.pixels) pixels at native resolution\n\n\(table(split).plain)"
        }
        return """
            Offsets: \(offsetsFrom)

            \(parts.joined(separator: "\n"))
            l_k0, l_0k: the rho-margin losses of Eq. 6; the lower bounds are Eqs. 7 and 8, and no IoU lies below its bound.
            margin: the mean of lambda over the class's own pixels, in units of the logits.

            \(theorem.map(words) ?? "Theorem 1 speaks of the training split, which was not gathered: leave --split out for it.")

            """
    }

    private func words(_ theorem: Theorem) -> String {
        let assumptions = theorem.assumptions.map {
            "  " + $0.status.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0) + $0.text
        }
        return """
            Theorem 1 on the training split at native resolution, for C(Theta) = \(number(theorem.complexity)), \
            eta = \(number(theorem.eta)), m = \(theorem.pixelsPerUnit): F = \(number(theorem.f))

            \(terms(theorem).plain)
            What the theorem assumes:
            \(assumptions.joined(separator: "\n"))

            \(conclusion(theorem))
            """
    }

    private func table(_ split: SplitBounds) -> TextTable {
        func percent(_ value: Double) -> String { TextTable.cell(value * 100, decimals: 2) }
        var table = TextTable([
            .words("class"), .numbers("l_k0"), .numbers("l_0k"), .numbers("IoU bound %"), .numbers("IoU %"), .numbers("margin"),
        ])
        for row in split.classes {
            table.append([
                row.name, String(format: "%.5f", row.lossK0), String(format: "%.5f", row.loss0k), percent(row.iouLowerBound),
                percent(row.iou), TextTable.cell(row.meanMargin, decimals: 2),
            ])
        }
        table.append([
            hasBackground ? "mean with background" : "mean of all classes", "", "", percent(split.miouLowerBound),
            percent(split.miou), "",
        ])
        return table
    }

    private func terms(_ theorem: Theorem) -> TextTable {
        var table = TextTable([.words("class"), .numbers("rho_0k"), .numbers("rho_k0"), .numbers("epsilon_k")])
        for (index, name) in classNames.enumerated() {
            table.append([
                name, number(offsets.rho0k[index]), number(offsets.rhoK0[index]), theorem.terms[index].map(number) ?? "vacuous",
            ])
        }
        table.append(["epsilon", "", "", theorem.epsilon.map(number) ?? "vacuous"])
        return table
    }

    private func conclusion(_ theorem: Theorem) -> String {
        guard let epsilon = theorem.epsilon else {
            return
                "The theorem says nothing about new data here: a term is vacuous (its denominator is not positive, or rho_k0 is 0)."
        }
        guard epsilon < 1 else { return "Epsilon is 1 or more: no help, since an mIoU lies between 0 and 1." }
        guard let guaranteed = theorem.guaranteedMiou else {
            return "Nothing can be said of new data with a probability: an assumption above does not hold."
        }
        let percent = TextTable.cell((1 - theorem.eta) * 100, decimals: 1)
        return
            "With probability \(percent) %, the mIoU over all classes on new data is at least \(number(guaranteed)), the training "
            + "bound minus \(number(epsilon)), if the assumptions above hold."
    }

    private func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
