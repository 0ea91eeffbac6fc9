import Torch

/// What the labels of a batch tell the terms of an objective before kernels run.
protocol CountedLabels {
    var classCount: Int { get }
    /// Pixels that take part.
    var pixelCount: Int { get }

    /// The sum of the weights of the classes of the pixels that take part.
    func weight(of classes: [Float]) throws -> Double

    /// Whether there are kernels for it.
    func takes(_ term: FusedTerm) -> Bool
}

/// A batch whose labels are classes, for kernels that make value and gradient of a sum of losses together.
protocol FusedBatch: CountedLabels {
    /// Σ weight · term, known to autograd as a function of the logits.
    ///
    /// - Precondition: it takes each.
    func loss(_ terms: [WeightedTerm]) throws -> Tensor
}

typealias WeightedTerm = (weight: Double, term: FusedTerm)

/// What kernels do for one loss: a sum of losses shares their passes, and one gradient.
enum FusedTerm {
    /// Of pixels that stand each alone: what `ck_terms` sums, times `scale`.
    case margin(rhoK0: [Float], rho0k: [Float], isNatural: Bool, ownWeight: Float, scale: Double)
    case crossEntropy(
        weights: [Float]? = nil, margins: [Float]? = nil, shifts: [Float]? = nil, sharpness: Float = 1, scale: Double)
    case focal(gamma: Float, isDetached: Bool, scale: Double)
    case overlap(any OverlapRatio)
    /// `value` makes the loss of the sums, [3, B, C], of images of a size.
    case bound(rhoK0: [Float], rho0k: [Float], temperature: Double, value: (_ sums: Tensor, _ size: [Int]) throws -> Tensor)
    case lovasz(perImage: Bool)
}
