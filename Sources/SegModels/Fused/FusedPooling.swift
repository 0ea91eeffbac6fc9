import CKernels
import Torch

/// 2×2 pooling as one step of autograd, by the CPU kernels: the maxima, and behind them the means where asked for.
enum FusedPooling {
    /// Whether the kernels pool these images so.
    ///
    /// - Parameter images: [B, C, H, W]
    static func takes(_ images: Tensor, stride: [Int]) -> Bool {
        let shape = images.shape
        return stride == [2, 2] && shape[1] % 8 == 0 && shape[2] % 2 == 0 && shape[3] % 2 == 0
    }

    /// [B, C, H, W] → [B, C or 2·C, H/2, W/2]
    ///
    /// - Precondition: `takes(input, stride: [2, 2])`
    static func pool(_ input: Tensor, means: Bool) throws -> Tensor {
        let images = try withoutGradient { try PixelImages(input) }
        let shape = ck_pooling(
            storage: images.storage, images: Int64(images.count), height: Int64(images.height), width: Int64(images.width),
            channels: Int64(images.channels), means: means)
        let output = try withoutGradient {
            try PixelImages(
                count: images.count, channels: (means ? 2 : 1) * images.channels, sizes: [images.height / 2, images.width / 2],
                dtype: input.dtype)
        }
        try withFloats([images.tensor, output.tensor]) { p in
            withUnsafePointer(to: shape) { ck_pool($0, p[0], p[1]) }
        }
        return try output.tensor.withBackward(inputs: [input]) { incoming in
            let gradient = try images.emptyCopy()
            try withFloats([images.tensor, try PixelImages(incoming).tensor, gradient.tensor]) { p in
                withUnsafePointer(to: shape) { ck_pool_backward($0, p[0], p[1], p[2]) }
            }
            return [gradient.tensor]
        }
    }
}
