import CKernels
import Torch
import TorchNN

/// [skip, bilinear enlargement of a 1×1 convolution] as one step of autograd, by the CPU kernels: the enlarged image is
/// written behind the skip's channels.
struct FusedJoin {
    private let convolution: Convolution

    /// Nil where the kernels do not take the convolution.
    init?(_ convolution: Convolution) {
        guard FusedMixing.takes(convolution) else { return nil }
        self.convolution = convolution
    }

    /// Whether the kernels take this skip.
    func takes(skip: Tensor) -> Bool { skip.shape[1] % 8 == 0 }

    /// input [B, Cin, h, w], skip [B, Cskip, H, W] → [B, Cskip + Cout, H, W]
    func callAsFunction(_ input: Tensor, skip: Tensor) throws -> Tensor {
        let (images, skipped, output) = try withoutGradient {
            let (images, skipped) = try (PixelImages(input), PixelImages(skip.to(input.dtype)))
            return try (images, skipped, join(FusedMixing(convolution, on: images)(images), skipped))
        }
        guard let bias = convolution.bias?.tensor else { return output.tensor }
        return try output.tensor.withBackward(inputs: [input, skip, convolution.weight.tensor, bias]) { incoming in
            let (narrow, skipGradient) = try split(PixelImages(incoming), low: images, skip: skipped)
            let mixed = try FusedMixing(convolution, on: images).backward(input: images, narrow)
            return [mixed.input.tensor, skipGradient.tensor, mixed.weight, mixed.bias]
        }
    }

    private func enlarging(_ low: PixelImages, to high: PixelImages) -> ck_enlarging {
        ck_enlarging(
            storage: low.storage, images: Int64(low.count), channels: Int64(convolution.outputCount),
            low_height: Int64(low.height),
            low_width: Int64(low.width), high_height: Int64(high.height), high_width: Int64(high.width))
    }

    private func join(_ narrow: PixelImages, _ skip: PixelImages) throws -> PixelImages {
        let channels = skip.channels + narrow.channels
        let output = try skip.emptyCopy(channels: channels)
        try withFloats([narrow.tensor, output.tensor]) { p in
            let behind = p[1].map { output.address(of: skip.channels, from: $0) }
            return withUnsafePointer(to: enlarging(narrow, to: skip)) { ck_enlarge($0, p[0], behind, Int64(channels)) }
        }
        try withFloats([skip.tensor, output.tensor]) { p in
            ck_copy_channels(
                skip.storage, Int64(skip.count * skip.pixels), Int64(skip.channels), p[0], Int64(skip.channels), p[1],
                Int64(channels))
        }
        return output
    }

    private func split(_ incoming: PixelImages, low: PixelImages, skip: PixelImages) throws -> (
        narrow: PixelImages, skip: PixelImages
    ) {
        let narrow = try low.emptyCopy(channels: convolution.outputCount)
        let skipGradient = try skip.emptyCopy()
        try withFloats([incoming.tensor, narrow.tensor]) { p in
            let behind = p[0].map { incoming.address(of: skip.channels, from: $0) }
            return withUnsafePointer(to: enlarging(low, to: skip)) {
                ck_enlarge_backward($0, behind, Int64(incoming.channels), p[1])
            }
        }
        try withFloats([incoming.tensor, skipGradient.tensor]) { p in
            ck_copy_channels(
                skip.storage, Int64(skip.count * skip.pixels), Int64(skip.channels), p[0], Int64(incoming.channels), p[1],
                Int64(skip.channels))
        }
        return (narrow, skipGradient)
    }
}
