/// The soft Jaccard loss: one minus the intersection over union of softmax and label, over the whole batch.
///
///     L = mean over the classes present in the labels of  1 − (|x|₁ + |y|₁ − |x − y|₁) / (|x|₁ + |y|₁ + |x − y|₁)
///
/// x is the softmax of a class over all pixels that take part, y its one-hot label, with background. Against one-hot labels
/// |x − y|₁ = |x|₁ + |y|₁ − 2 x·y, so that this form of Wang et al. 2023 (*Jaccard Metric Losses*) is x·y / (|x|₁ + |y|₁ − x·y)
/// of Rahman and Wang 2016. A class that is absent has a loss of 1 whatever is predicted, and takes no part.
public struct JaccardLoss: OverlapLoss {
    let ignoreLabel: Int?

    public init(ignoreLabel: Int? = nil) {
        self.ignoreLabel = ignoreLabel
    }

    func ratio<Number>(of sums: OverlapSums<Number>) -> (errors: Number, size: Number) {
        let both = sums.predicted + sums.labelled
        return (both - sums.common * 2, both - sums.common)
    }

    func weights(_ labelled: [[Double]]) -> [[Double]] {
        let present = labelled[0].count { $0 > 0 }
        return [labelled[0].map { $0 > 0 ? 1 / Double(present) : 0 }]
    }
}
