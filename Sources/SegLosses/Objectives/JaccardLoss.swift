import CKernels
import Torch

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

    func loss(of images: SoftOverlap) throws -> Tensor {
        let sums = try images.overBatch()  // [C]
        let isPresent = try sums.labelled.greater(0)
        let union = try (sums.predicted + sums.labelled - sums.common).masked(where: isPresent.logicalNot(), with: 1)
        // Errors over union, not 1 − intersection over union: the difference would lose the digits near a perfect overlap.
        let errors = sums.predicted + sums.labelled - 2 * sums.common
        return try (errors / union).mean(where: isPresent)
    }

    func linearized(_ images: [[ck_overlap]]) -> LinearizedOverlap {
        let sums = images.overBatch()
        let share = 1 / Double(sums.count { $0.labelled > 0 })
        var value = 0.0
        let slopes = sums.map { sums -> LinearizedOverlap.Slopes in
            guard sums.labelled > 0 else { return .init() }
            let union = sums.predicted + sums.labelled - sums.overlap
            let loss = (sums.predicted + sums.labelled - 2 * sums.overlap) / union
            value += share * loss
            return .init(overlap: share * (loss - 2) / union, predicted: share * (1 - loss) / union)
        }
        return LinearizedOverlap(value: value, slopes: slopes, images: images.count)
    }
}
