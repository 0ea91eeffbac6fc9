import CKernels
import Torch

/// Numbers that a formula of overlap is written on: tensors for autograd, plain numbers with their slopes for the kernels.
protocol OverlapNumber {
    static func + (left: Self, right: Self) -> Self
    static func - (left: Self, right: Self) -> Self
    static func * (left: Self, right: Double) -> Self
    static func + (left: Self, right: Double) -> Self
}

extension Tensor: OverlapNumber {}

/// The soft counts that losses of overlap are made of, over the pixels of a class that take part: p = softmax(s), y the one-hot
/// label.
struct OverlapSums<Number: OverlapNumber> {
    /// Σ p y.
    let common: Number
    /// Σ p.
    let predicted: Number
    /// Σ y.
    let labelled: Number
    /// Σ p², 0 for losses without noise.
    let squared: Number
    /// Σ |y − p|^γ, 0 for losses without noise.
    let noise: Number
}

extension OverlapSums<Tensor> {
    /// Of each image and class, [B, C], or of each class over the batch, [1, C].
    ///
    /// - Parameter noise: γ; 0 for losses without it.
    init(_ inputs: LossInputs, noise gamma: Double, perImage: Bool) throws {
        let probabilities = try inputs.counted(inputs.probabilities())
        let isLabel = try inputs.isCountedLabel()
        func sum(_ values: Tensor) throws -> Tensor {
            let images = try values.sum(inputs.pixelAxes)
            return try perImage ? images : images.sum([0], keepingAxes: true)
        }
        common = try sum(probabilities.masked(where: isLabel.logicalNot(), with: 0))
        predicted = try sum(probabilities)
        labelled = try sum(isLabel.to(.int64)).to(probabilities.dtype)  // counted as integers
        let hasNoise = gamma > 0
        squared = try hasNoise ? sum(probabilities * probabilities) : labelled * 0
        noise = try hasNoise ? sum((isLabel.to(probabilities.dtype) - probabilities).abs().power(gamma)) : labelled * 0
    }
}

/// A number with its slopes: d number / d (common, predicted, squared, noise). Labels are constants.
struct SlopedNumber: OverlapNumber {
    var value: Double
    var slopes = SIMD4<Double>.zero

    static func + (left: Self, right: Self) -> Self { Self(value: left.value + right.value, slopes: left.slopes + right.slopes) }
    static func - (left: Self, right: Self) -> Self { Self(value: left.value - right.value, slopes: left.slopes - right.slopes) }
    static func * (left: Self, right: Double) -> Self { Self(value: left.value * right, slopes: left.slopes * right) }
    static func + (left: Self, right: Double) -> Self { Self(value: left.value + right, slopes: left.slopes) }
}

extension OverlapSums<SlopedNumber> {
    init(_ sums: ck_overlap) {
        common = SlopedNumber(value: sums.overlap, slopes: [1, 0, 0, 0])
        predicted = SlopedNumber(value: sums.predicted, slopes: [0, 1, 0, 0])
        labelled = SlopedNumber(value: sums.labelled)
        squared = SlopedNumber(value: sums.squared, slopes: [0, 0, 1, 0])
        noise = SlopedNumber(value: sums.noise, slopes: [0, 0, 0, 1])
    }
}
