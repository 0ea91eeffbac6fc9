import Torch

extension Tensor {
    /// The mean of the elements where the Bool tensor `mask` is true; 0 with a zero gradient where it is nowhere.
    func mean(where mask: Tensor) throws -> Tensor {
        let count = try mask.sum().to(dtype)
        return try masked(where: mask.logicalNot(), with: 0).sum() / count.maximum(Tensor.scalar(1, dtype: dtype, device: device))
    }

    /// xᵞ where x > 0, 0 with a zero gradient where it is not, and NaN for NaN.
    ///
    /// For γ < 1 the derivative of xᵞ is infinite at 0, and an infinite derivative times 0 from the rest of the graph is NaN.
    func positivePower(_ exponent: Double) throws -> Tensor {
        let isNotPositive = try less(0).logicalOr(equal(0))  // false for NaN, which must show
        return try masked(where: isNotPositive, with: 1).power(exponent).masked(where: isNotPositive, with: 0)
    }
}
