import Foundation

/// The loss functions of one margin λ and one margin-offset ρ, as plain numbers (Figure 1).
public enum MarginLoss {
    /// λ_k = s_k − max_{j≠k} s_j for each class of every pixel of an image (Eq. 4); where the two largest scores of a pixel tie, the
    /// margins of both classes are 0.
    ///
    /// - Parameter planes: the scores s, `[C, N]`, as a `[C, H, W]` tensor lies in memory.
    /// - Returns: λ, `[C, N]`; a pixel with a score that is not a number has margins that are none.
    /// - Precondition: two classes or more; C · N scores.
    public static func marginPlanes(ofScorePlanes planes: [Float], classCount: Int) -> [Float] {
        precondition(classCount >= 2, "a margin needs a rival: two scores or more")
        precondition(planes.count.isMultiple(of: classCount), "\(planes.count) scores are not \(classCount) planes")
        let pixels = planes.count / classCount
        var margins = planes
        for pixel in 0..<pixels {
            let rivals = Rivals(of: pixel, in: planes, pixelCount: pixels)
            for k in 0..<classCount { margins[k * pixels + pixel] = rivals.margin(of: k, score: planes[k * pixels + pixel]) }
        }
        return margins
    }

    /// φ_ρ(λ) = min(1, max(0, 1 − λ/ρ)), the ρ-margin loss (Eq. 5).
    ///
    /// For ρ ≤ 0 it is the limit ρ → 0 from above, the 0-1 loss: 1 where λ ≤ 0, else 0.
    public static func rhoMargin(_ margin: Double, rho: Double) -> Double {
        if margin <= 0 { return 1 }
        return rho > 0 ? max(0, 1 - margin / rho) : 0
    }

    /// log₂(1 + 2^(−λ+ρ)), the ρ-calibrated log-loss (Eqs. 28–29).
    ///
    /// It is 1 at λ = ρ and bounds the ρ-margin loss from above for ρ ≥ 0.
    /// With x = ρ − λ it is computed as max(x, 0) + log₂(1 + 2^−|x|), which neither overflows nor loses small values.
    public static func calibratedLog(_ margin: Double, rho: Double) -> Double {
        let x = rho - margin
        return max(x, 0) + log1p(exp2(-abs(x))) / M_LN2
    }
}
