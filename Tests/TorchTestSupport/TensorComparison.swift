import Torch

extension Tensor {
    /// The largest |self − other|; infinite where shapes differ or a value is not finite.
    public func largestDifference(to other: Tensor) throws -> Double {
        guard shape == other.shape else { return .infinity }
        guard count > 0 else { return 0 }
        let difference = try (to(.float64) - other.to(.float64)).abs().max().item()
        return difference.isNaN ? .infinity : difference
    }
}

/// The largest |analytic − numeric| over all elements of the gradient of a scalar function, by central differences.
///
/// - Parameter input: float64; anything narrower has too little precision for differences.
public func gradientError(at input: Tensor, step: Double = 1e-6, _ function: (Tensor) throws -> Tensor) throws -> Double {
    let leaf = try input.clone()
    try leaf.setRequiresGradient()
    try function(leaf).backward()
    guard let analytic: [Double] = try leaf.gradient?.elements() else { return .infinity }
    var values: [Double] = try input.elements()
    var worst = 0.0
    for index in values.indices {
        let original = values[index]
        values[index] = original + step
        let above = try function(Tensor(values, shape: input.shape)).item()
        values[index] = original - step
        let below = try function(Tensor(values, shape: input.shape)).item()
        values[index] = original
        worst = max(worst, abs((above - below) / (2 * step) - analytic[index]))
    }
    return worst
}
