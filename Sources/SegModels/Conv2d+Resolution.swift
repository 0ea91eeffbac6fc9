import Torch
import TorchNN

/// What both networks do with a convolution between resolutions and at their end.
extension Conv2d {
    /// [skip, bilinear enlargement of this 1×1 convolution]: input [B, Cin, h, w], skip [B, Cskip, H, W] → [B, Cskip + Cout, H, W].
    func joined(_ input: Tensor, skip: Tensor, _ mode: ForwardMode, _ execution: Execution) throws -> Tensor {
        if execution.fuses(input), execution.fuses(skip), let fused = FusedJoin(self), fused.takes(skip: skip) {
            return try fused(input, skip: skip)
        }
        let size = skip.shape
        let up = try self(input, mode).upsampledBilinear(height: size[2], width: size[3], alignCorners: true)
        return try .concatenated([skip, up], 1)
    }

    /// [B, C, H, W] → [B, classes, H, W]
    func scores(_ input: Tensor, _ mode: ForwardMode, _ execution: Execution) throws -> Tensor {
        if execution.fuses(input), let fused = FusedScores(self) { return try fused(input) }
        return try self(input, mode)
    }
}
