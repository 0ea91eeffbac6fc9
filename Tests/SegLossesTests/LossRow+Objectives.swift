import MarginCalibration
import SegLosses

/// The objectives beside the margin-calibrated loss, each in every form.
extension LossRow {
    /// Sums over regions, which lie between 0 and 1.
    static let regions = [
        LossRow(name: "dice, soft") { DiceLoss(form: .soft, ignoreLabel: $1) },
        LossRow(name: "dice, no background") { DiceLoss(form: .soft, background: false, ignoreLabel: $1) },
        LossRow(name: "dice, generalized") { DiceLoss(form: .generalized, ignoreLabel: $1) },
        LossRow(name: "dice, generalized_safe") { DiceLoss(form: .generalizedSafe, ignoreLabel: $1) },
        LossRow(name: "tversky") { TverskyLoss(ignoreLabel: $1) },
        LossRow(name: "tversky without smoothing") { TverskyLoss(fp: 0.5, fn: 0.5, smooth: 0, ignoreLabel: $1) },
        LossRow(name: "focal tversky") { TverskyLoss(gamma: 0.75, ignoreLabel: $1) },
        LossRow(name: "jaccard") { JaccardLoss(ignoreLabel: $1) },
        LossRow(name: "jaccard, per image") { JaccardLoss(perImage: true, ignoreLabel: $1) },
        LossRow(name: "lovasz, batch") { LovaszSoftmaxLoss(ignoreLabel: $1) },
        LossRow(name: "lovasz, per image") { LovaszSoftmaxLoss(perImage: true, ignoreLabel: $1) },
        LossRow(name: "nr_dice") { NRDiceLoss(ignoreLabel: $1) },
        LossRow(name: "nr_dice, gamma 2") { NRDiceLoss(gamma: 2, ignoreLabel: $1) },
    ]

    /// Means over pixels.
    static let means = [
        LossRow(name: "focal") { FocalLoss(ignoreLabel: $1) },
        LossRow(name: "focal, gamma 0.5") { FocalLoss(gamma: 0.5, ignoreLabel: $1) },
        LossRow(name: "ldam") { order, ignore in
            let distribution = try LabelDistribution(counts: order.map { 10 + 90 * $0 })
            return try LDAMLoss(distribution, maximum: 1, scale: 2, ignoreLabel: ignore)
        },
        LossRow(name: "logit adjusted") { order, ignore in
            try LogitAdjustedLoss(LabelDistribution(counts: order.map { 10 + 90 * $0 }), tau: 1.5, ignoreLabel: ignore)
        },
    ]

    /// The bound itself.
    static let bounds = [
        LossRow(name: "margin, bound") { MarginBoundLoss(offsets: try offsets($0), ignoreLabel: $1) },
        LossRow(name: "margin, bound, sharper") {
            MarginBoundLoss(offsets: try offsets($0), ramp: .smooth(temperature: 0.5), ignoreLabel: $1)
        },
    ]

    /// Its gradient is not that of its value.
    static let detachedFocal = LossRow(name: "focal, detached") { FocalLoss(detached: true, ignoreLabel: $1) }

    static let objectives = regions + means + bounds + [detachedFocal]

    /// Whose gradient is that of the value.
    static let differentiable = all + regions + means + bounds

    static let every = differentiable + [detachedFocal]
}
