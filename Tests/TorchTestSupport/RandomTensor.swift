import Torch

extension Tensor {
    /// Standard normal numbers, the same for the same seed.
    public static func random(_ shape: [Int], seed: UInt64, dtype: DType = .float64) throws -> Tensor {
        let tensor = try Tensor.empty(shape, dtype: dtype)
        try tensor.normalInPlace(Generator(seed: seed))
        return tensor
    }
}
