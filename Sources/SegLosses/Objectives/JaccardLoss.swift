/// The soft Jaccard loss: one minus the intersection over union of softmax and label, over the batch or image by image.
///
///     L = mean over the classes present in the labels of  1 − (|x|₁ + |y|₁ − |x − y|₁) / (|x|₁ + |y|₁ + |x − y|₁)
///
/// x is the softmax of a class over all pixels that take part, y its one-hot label, with background. Against one-hot labels
/// |x − y|₁ = |x|₁ + |y|₁ − 2 x·y, so that this form of Wang et al. 2023 (*Jaccard Metric Losses*) is x·y / (|x|₁ + |y|₁ − x·y)
/// of Rahman and Wang 2016. A class that is absent has a loss of 1 whatever is predicted, and takes no part. Per image it is the
/// mean over the classes present in an image, then over the images with a pixel that takes part, as the mIoU^I of Wang et al.
/// 2023 (*Revisiting Evaluation Metrics for Semantic Segmentation*).
public struct JaccardLoss: OverlapLoss {
    /// Whether each image is a set of its own; otherwise the batch is one.
    public let perImage: Bool
    let ignoreLabel: Int?

    public init(perImage: Bool = false, ignoreLabel: Int? = nil) {
        self.perImage = perImage
        self.ignoreLabel = ignoreLabel
    }

    func ratio<Number>(of sums: OverlapSums<Number>) -> (errors: Number, size: Number) {
        let both = sums.predicted + sums.labelled
        return (both - sums.common * 2, both - sums.common)
    }

    func weights(_ labelled: [[Double]]) -> [[Double]] {
        let counted = labelled.count { $0.contains { $0 > 0 } }
        return labelled.map { row in
            let present = row.count { $0 > 0 }
            return row.map { $0 > 0 ? 1 / Double(present * counted) : 0 }
        }
    }
}
