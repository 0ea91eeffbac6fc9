import SegModels
import Torch
import TorchNN

extension SegmentationNetwork {
    /// Raw logits in float32, [B, classes, H, W], of images in float32, [B, C, H, W].
    ///
    /// In bfloat16 the CPU kernels store activations so and compute in float32; other operations and devices run under autocast.
    func logits(_ images: Tensor, _ mode: ForwardMode, in precision: TrainingConfiguration.Precision) throws -> Tensor {
        switch precision {
        case .float32: try self(images, mode)
        case .bfloat16: try withAutocast(.bfloat16, on: images.device) { try self(images.to(.bfloat16), mode) }.to(.float32)
        }
    }
}
