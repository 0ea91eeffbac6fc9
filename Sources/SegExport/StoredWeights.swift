import Torch

/// What weights are stored in.
public enum StoredWeights: String, Sendable, Hashable, Encodable, CaseIterable {
    case float32
    /// Half of the size; what a network computes with is float32 all the same. Tensors of one axis, such as biases, norms and their
    /// statistics, are few and stay float32.
    case float16

    private static let largestHalf = 65504.0

    /// A tensor as it is stored: parameters in this type, whole numbers as they are.
    ///
    /// - Throws: `ExportError` for a value beyond the range of float16.
    func stored(_ tensor: Tensor, named name: String) throws -> Tensor {
        guard tensor.dtype.isFloatingPoint else { return tensor }
        guard self == .float16, tensor.rank > 1 else { return try tensor.to(.float32) }
        let largest = try tensor.abs().max().item()
        guard largest <= Self.largestHalf else {
            throw ExportError(
                "the weights '\(name)' cannot be stored in float16: they reach \(largest), expected \(Self.largestHalf) at most; "
                    + "export with --weights float32")
        }
        return try tensor.to(.float16)
    }
}
