/// A single number of a `MetricSummary`, by the name that settings and reports use; a larger one is better.
///
/// Without a prefix it is the data set's, from one matrix over all images.
public enum MetricName: String, Sendable, Hashable, Codable, CaseIterable {
    /// The mIoU of the paper's tables.
    case miouForeground = "miou_foreground"
    /// The mIoU by which the authors' validation chooses the best checkpoint.
    case miouAll = "miou_all"
    case diceForeground = "dice_foreground"
    case diceAll = "dice_all"
    /// What the paper's tables call pixel accuracy.
    case recallForeground = "recall_foreground"
    case pixelAccuracy = "pixel_accuracy"
    case perGroupMIoUForeground = "per_group_miou_foreground"
    case perGroupMIoUAll = "per_group_miou_all"
    case perGroupDiceForeground = "per_group_dice_foreground"
    case perCaseMIoUForeground = "per_case_miou_foreground"
    case perCaseMIoUAll = "per_case_miou_all"
    case perCaseDiceForeground = "per_case_dice_foreground"
    case perImageMIoUForeground = "per_image_miou_foreground"
    case perImageMIoUAll = "per_image_miou_all"
    case perImageDiceForeground = "per_image_dice_foreground"

    /// Nil where the score is not defined, e.g. without a single image.
    public func value(in summary: MetricSummary) -> Double? { ScoreName(rawValue, rowNames: []).flatMap { summary[$0] } }
}
