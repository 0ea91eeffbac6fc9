import Foundation
import MarginCalibration
import SegData
import SegReports
import SegTraining

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
            case name, iou
            case lossK0 = "loss_k0"
            case loss0k = "loss_0k"
            case iouLowerBound = "iou_lower_bound"
            case meanMargin = "mean_margin"
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

        enum CodingKeys: String, CodingKey {
            case split, cases, pixels, classes, miou
            case miouLowerBound = "miou_lower_bound"
        }

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

    /// Theorem 1 on the training pixels as the network saw them; nil where it is vacuous.
    struct Theorem: Encodable {
        let complexity: Double
        let eta: Double
        let pixelsPerImage: Int
        let trainingPixels: Int
        let f: Double
        let terms: [Double?]
        let epsilon: Double?

        enum CodingKeys: String, CodingKey {
            case complexity, eta, f, terms, epsilon
            case pixelsPerImage = "pixels_per_image"
            case trainingPixels = "training_pixels"
        }

        init(_ bound: GeneralizationBound, complexity: Double, eta: Double, pixelsPerImage: Int, trainingPixels: Int) {
            self.complexity = complexity
            self.eta = eta
            self.pixelsPerImage = pixelsPerImage
            self.trainingPixels = trainingPixels
            f = bound.f
            terms = bound.terms.map(\.number)
            epsilon = bound.epsilon.number
        }
    }

    let classNames: [String]
    let offsets: MarginOffsets
    /// Where the offsets come from.
    let offsetsFrom: String
    let splits: [SplitBounds]
    let theorem: Theorem

    enum CodingKeys: String, CodingKey {
        case offsets, splits, theorem
        case classNames = "class_names"
        case offsetsFrom = "offsets_from"
    }

    var text: String {
        let parts = splits.map { split in
            "\(split.split.rawValue): \(split.cases) cases, \(split.pixels) pixels at native resolution\n\n\(table(split).plain)"
        }
        return """
            Offsets: \(offsetsFrom)

            \(parts.joined(separator: "\n"))
            l_k0, l_0k: the rho-margin losses of Eq. 6; the lower bounds are Eqs. 7 and 8, and no IoU lies below its bound.
            margin: the mean of lambda over the class's own pixels, in units of the logits.

            Theorem 1 on the training pixels, for C(Theta) = \(number(theorem.complexity)), eta = \(number(theorem.eta)), \
            m = \(theorem.pixelsPerImage): F = \(number(theorem.f))

            \(terms.plain)
            \(conclusion)

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
        table.append(["mean with background", "", "", percent(split.miouLowerBound), percent(split.miou), ""])
        return table
    }

    private var terms: TextTable {
        var table = TextTable([.words("class"), .numbers("rho_0k"), .numbers("rho_k0"), .numbers("epsilon_k")])
        for (index, name) in classNames.enumerated() {
            table.append([
                name, number(offsets.rho0k[index]), number(offsets.rhoK0[index]), theorem.terms[index].map(number) ?? "vacuous",
            ])
        }
        table.append(["epsilon", "", "", theorem.epsilon.map(number) ?? "vacuous"])
        return table
    }

    private var conclusion: String {
        guard let epsilon = theorem.epsilon else {
            return
                "The theorem says nothing about new data here: a term is vacuous (its denominator is not positive, or rho_k0 is 0)."
        }
        let percent = TextTable.cell((1 - theorem.eta) * 100, decimals: 1)
        guard epsilon < 1 else {
            return "Epsilon is 1 or more: true, and no help, since an mIoU lies between 0 and 1."
        }
        return "With probability \(percent) %, the mIoU on new data is at least the training bound minus \(number(epsilon))."
    }

    private func number(_ value: Double) -> String { String(format: "%.4g", value) }
}

extension GeneralizationBound.Value {
    /// nil where it is vacuous.
    fileprivate var number: Double? {
        switch self {
        case .bounded(let value): value
        case .vacuous: nil
        }
    }
}
