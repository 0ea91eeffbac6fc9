/// What kernels do for one loss: a sum of losses shares their passes, and one gradient.
enum FusedTerm {
    /// Of pixels that stand each alone: what `ck_terms` sums, times `scale`.
    case margin(rhoK0: [Float], rho0k: [Float], isNatural: Bool, ownWeight: Float, scale: Double)
    case crossEntropy(weights: [Float]? = nil, margins: [Float]? = nil, sharpness: Float = 1, scale: Double)
    case focal(gamma: Float, isDetached: Bool, scale: Double)
    case overlap(any OverlapLoss)
    case lovasz(perImage: Bool)
}
