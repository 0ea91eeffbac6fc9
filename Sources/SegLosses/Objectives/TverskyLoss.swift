/// The Tversky loss, which weighs false positives against false negatives, and its focal power.
///
///     TI = (TP + s) / (TP + a·FP + b·FN + s)        L = mean over images and classes of (1 − TI)^γ
///
/// TP = Σ p y, FP = Σ p (1 − y), FN = Σ (1 − p) y over the pixels of one image and class that take part, p = softmax(s), with
/// background; a is `fp`, b is `fn`, s is `smooth`. Images without such a pixel are left out of the mean.
///
/// Salehi et al. 2017 (a = 0.3, b = 0.7). With γ ≠ 1 it is the focal Tversky loss of Abraham and Khan 2019, who write the
/// power as 1/γ and sum over the classes: their γ = 4/3 is 0.75 here.
public struct TverskyLoss: OverlapLoss {
    /// a, the weight of false positives.
    public let fp: Double
    /// b, the weight of false negatives.
    public let fn: Double
    /// s; with 0, a class that is neither in the labels nor predicted has the index 1.
    public let smooth: Double
    /// γ, the power of 1 − TI.
    public let gamma: Double
    let ignoreLabel: Int?

    /// - Precondition: finite numbers; `fp`, `fn`, `smooth` ≥ 0, `fp` + `fn` > 0, `gamma` > 0.
    public init(fp: Double = 0.3, fn: Double = 0.7, smooth: Double = 1, gamma: Double = 1, ignoreLabel: Int? = nil) {
        precondition(
            [fp, fn, smooth, gamma].allSatisfy { $0 >= 0 && $0.isFinite } && fp + fn > 0 && gamma > 0, "no Tversky index")
        self.fp = fp
        self.fn = fn
        self.smooth = smooth
        self.gamma = gamma
        self.ignoreLabel = ignoreLabel
    }

    var perImage: Bool { true }
    var power: Double { gamma }

    func ratio<Number>(of sums: OverlapSums<Number>) -> (errors: Number, size: Number) {
        let errors = (sums.predicted - sums.common) * fp + (sums.labelled - sums.common) * fn
        return (errors, sums.common + errors + smooth)
    }

    func weights(_ labelled: [[Double]]) -> [[Double]] {
        let counted = labelled.count { $0.contains { $0 > 0 } }
        return labelled.map { image in
            let weight = image.contains { $0 > 0 } ? 1 / Double(counted * image.count) : 0
            return image.map { _ in weight }
        }
    }
}
