import Foundation
import MarginCalibration
import Torch

/// The margin-calibrated loss: every pixel's score of its class must lie above its rivals by an offset that the label
/// distribution sets.
///
///     λ_ik = s_ik − max_{j≠k} s_ij                                                              (Eq. 4)
///     paper:    L = (1/n) Σ_i [ φ(−λ_iy + ρ_y0) + Σ_{k≠y} φ(λ_ik + ρ_0k) ],   φ(x) = log₂(1 + 2ˣ)   (Eqs. 27–29)
///     authors:  L = (1/(n c)) Σ_i [ c·σ(−λ_iy + ρ_y0) + Σ_{k≠y} σ(λ_ik + ρ_0k) ],  σ(x) = ln(1 + eˣ)
///
/// n counts the pixels not ignored, y is a pixel's label, c the number of classes. The two forms are no rescale of each other.
/// The maximum is differentiated through; of equal scores the one that libtorch's `topk` puts first counts as the largest.
public struct MarginCalibrationLoss: BatchLoss {
    public enum Form: String, Sendable, Hashable, CaseIterable, Codable {
        /// Eqs. 27–29 as printed.
        case paper
        /// The authors' published implementation.
        case authors
    }

    public let form: Form
    public let offsets: MarginOffsets
    /// The weight of a pixel's own term; nil: the form's, 1 in the paper's and c in the authors'.
    public let positiveWeight: Double?
    let ignoreLabel: Int?

    public init(form: Form = .paper, offsets: MarginOffsets, positiveWeight: Double? = nil, ignoreLabel: Int? = nil) {
        self.form = form
        self.offsets = offsets
        self.positiveWeight = positiveWeight
        self.ignoreLabel = ignoreLabel
    }

    public var isMeanOverPixels: Bool { true }

    func composed(_ inputs: LossInputs) throws -> Tensor {
        let classCount = inputs.classCount
        guard classCount == offsets.classCount else {
            throw LossInputError(.classes(expected: offsets.classCount, found: classCount, of: "the margin-offsets"))
        }
        let margins = try Self.margins(inputs)  // [B, C, …]
        let rhoK0 = try inputs.alongClasses(offsets.rhoK0)
        let rho0k = try inputs.alongClasses(offsets.rho0k)
        let isLabel = try inputs.isLabel()
        let excess = try (rhoK0 - margins).chosen(where: isLabel, otherwise: margins + rho0k)

        let ln2 = log(2.0)
        let terms = try form == .paper ? (excess * ln2).softplus() / ln2 : excess.softplus()
        let own = try (terms * weight(classCount)).chosen(where: isLabel, otherwise: terms)
        return try inputs.sum(own.sum([1]), dividedBy: Double(inputs.pixelCount) * form.divisor(classCount))
    }

    public var marginOffsets: [MarginOffsets] { [offsets] }

    private func weight(_ classCount: Int) -> Double { positiveWeight ?? form.positiveWeight(classCount) }

    func fusedTerm(in batch: any CountedLabels) -> FusedTerm? {
        let classes = batch.classCount
        guard classes == offsets.classCount else { return nil }
        return .margin(
            rhoK0: offsets.rhoK0.map(Float.init), rho0k: offsets.rho0k.map(Float.init), isNatural: form == .authors,
            ownWeight: Float(weight(classes)), scale: 1 / (Double(max(batch.pixelCount, 1)) * form.divisor(classes)))
    }

    /// λ_ik of Eq. 4, [B, C, …]: only the two largest scores of a pixel matter.
    static func margins(_ inputs: LossInputs) throws -> Tensor {
        let (values, indices) = try inputs.logits.top(2, 1)
        let isLargest = try inputs.classAxis().equal(indices.narrowed(1, 0..<1))
        let rival = try values.narrowed(1, 1..<2).chosen(where: isLargest, otherwise: values.narrowed(1, 0..<1))
        return inputs.logits - rival
    }
}

extension MarginCalibrationLoss.Form {
    /// Of a pixel's own term against each of the others.
    fileprivate func positiveWeight(_ classCount: Int) -> Double { self == .authors ? Double(classCount) : 1 }

    /// What the sum over a pixel's classes is divided by.
    fileprivate func divisor(_ classCount: Int) -> Double { self == .authors ? Double(classCount) : 1 }
}
