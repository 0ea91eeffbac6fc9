import Torch

/// The mean over height and width: [B, C, H, W] → [B, C, 1, 1].
public final class GlobalAveragePool: Module, Layer {
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.mean([-2, -1], keepingAxes: true)
    }
}
