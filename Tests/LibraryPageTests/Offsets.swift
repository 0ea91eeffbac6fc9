import MarginCalibration
import SegLosses

/// The paper's loss with its offsets, to look at before it is used.
func calibratedLoss(pixelsOfEachClass counts: [Int]) throws -> (loss: MarginCalibrationLoss, offsets: MarginOffsets) {
    let offsets = try MarginOffsets(LabelDistribution(counts: counts), scale: .absolute(tau: 10), nu: 1)
    return (MarginCalibrationLoss(form: .paper, offsets: offsets, ignoreLabel: 255), offsets)
}
