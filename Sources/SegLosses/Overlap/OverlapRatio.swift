import CKernels
import Foundation
import Torch

/// The formula of a loss that depends on the logits through sums of overlap alone: errors over sizes, of classes or of all of them.
///
///     ratio of classes:    L = Σ_r Σ_k w_rk (e_rk / s_rk)^γ
///     ratio of sums:       L = (E + max(limit − S, 0)) / max(S, limit),     E = Σ_k w_k e_k,  S = Σ_k w_k s_k
///
/// r is an image or the batch, e and s are linear in the sums, and w follows from the labels. Errors stand in the numerator, not 1
/// less an overlap: near a perfect one the difference would keep no digit of what is left to gain. A size of 0 counts as 1.
protocol OverlapRatio: Sendable {
    /// e and s of a class.
    func ratio<Number>(of sums: OverlapSums<Number>) -> (errors: Number, size: Number)

    /// w, for each row of the sums one for each class.
    ///
    /// - Parameter labelled: Σ y; some number is not 0.
    func weights(_ labelled: [[Double]]) -> [[Double]]

    /// Whether each image has a row of sums; otherwise the batch is one.
    var perImage: Bool { get }
    /// γ of the ratio of classes.
    var power: Double { get }
    /// The limit of a ratio of sums; nil for a ratio of classes.
    var limit: Double? { get }
    /// γ of |y − p|^γ; 0 for losses without that sum.
    var noise: Double { get }
}

extension OverlapRatio {
    var perImage: Bool { false }
    var power: Double { 1 }
    var limit: Double? { nil }
    var noise: Double { 0 }

    /// Every class counts alike.
    func weights(_ labelled: [[Double]]) -> [[Double]] {
        labelled.map { row in row.map { _ in 1 / Double(row.count * labelled.count) } }
    }

    /// Σ y of each row of sums.
    ///
    /// - Parameter images: the pixels of each class in each image.
    func labelled(_ images: [[Int]]) -> [[Double]] {
        let batch = images.dropFirst().reduce(images[0]) { zip($0, $1).map(+) }
        return (perImage ? images : [batch]).map { $0.map(Double.init) }
    }

    /// - Parameters:
    ///   - sums: a row for each image, or one of the batch.
    ///   - weights: of each row's classes.
    func value(of sums: OverlapSums<Tensor>, weights: Tensor) throws -> Tensor {
        let (errors, sizes) = ratio(of: sums)
        if let limit {
            let (error, size) = (try (errors * weights).sum(), try (sizes * weights).sum())
            let least = try Tensor.scalar(limit, dtype: size.dtype, device: size.device)
            return try (error + (least - size).relu()) / size.maximum(least)
        }
        let losses = try errors / sizes.masked(where: sizes.equal(0), with: 1)
        return try ((power == 1 ? losses : losses.positivePower(power)) * weights).sum()
    }

    /// The value at sums of images and classes, and its slopes there: d value / d (common, predicted, squared, noise).
    ///
    /// Plain numbers, because on so few of them libtorch's operations would take longer than the kernels take on the pixels.
    func sloped(at images: [[ck_overlap]]) -> (value: Double, slopes: [[SIMD4<Double>]]) {
        let rows = perImage ? images : [images.overBatch()]
        let weights = weights(rows.map { $0.map(\.labelled) })
        let ratios = rows.map { $0.map { ratio(of: OverlapSums($0)) } }
        var value = 0.0
        var slopes: [[SIMD4<Double>]]
        if let limit {
            func sum(_ part: (Int, Int) -> Double) -> Double {
                rows.indices.reduce(0) { sum, row in rows[row].indices.reduce(sum) { $0 + weights[row][$1] * part(row, $1) } }
            }
            let size = sum { ratios[$0][$1].size.value }
            // Not `max`, which hides NaN.
            let isBelow = size < limit
            let divisor = isBelow ? limit : size
            value = (sum { ratios[$0][$1].errors.value } + (isBelow ? limit - size : 0)) / divisor
            // Below the limit the sizes stand in the numerator alone.
            let share = isBelow ? 1 : value
            slopes = zip(ratios, weights).map { ratios, weights in
                zip(ratios, weights).map { ($0.errors.slopes - share * $0.size.slopes) * ($1 / divisor) }
            }
        } else {
            slopes = zip(ratios, weights).map { ratios, weights in
                zip(ratios, weights).map { ratio, weight in
                    let size = ratio.size.value == 0 ? 1 : ratio.size.value
                    let loss = ratio.errors.value / size
                    // As `positivePower`: not the infinite slope at 0.
                    guard weight > 0, power == 1 || !(loss <= 0) else { return .zero }
                    value += weight * pow(loss, power)
                    return (ratio.errors.slopes - loss * ratio.size.slopes) * (weight * power * pow(loss, power - 1) / size)
                }
            }
        }
        // Each image adds its own to what is summed over the batch.
        return (value, perImage ? slopes : Array(repeating: slopes[0], count: images.count))
    }
}

extension [[ck_overlap]] {
    /// The sums of each class over the whole batch.
    fileprivate func overBatch() -> [ck_overlap] {
        dropFirst().reduce(into: self[0]) { sums, image in
            for (k, of) in image.enumerated() {
                sums[k].overlap += of.overlap
                sums[k].predicted += of.predicted
                sums[k].squared += of.squared
                sums[k].noise += of.noise
                sums[k].labelled += of.labelled
            }
        }
    }
}
