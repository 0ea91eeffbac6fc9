import Torch

/// The mean over all spatial axes: [B, C, …] → [B, C, 1, …].
public final class GlobalAveragePool: Module, Layer {
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.mean(Array(2..<input.rank), keepingAxes: true)
    }
}
