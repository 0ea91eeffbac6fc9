import CKernels
import Torch

/// Images as the CPU kernels read them: [B, C, H, W] or [B, C, D, H, W] in float32 or bfloat16, stored with the channels of a pixel
/// together.
struct PixelImages {
    let tensor: Tensor
    let count: Int
    let channels: Int
    /// [H, W] or [D, H, W].
    let sizes: [Int]

    /// Pixels of one image.
    var pixels: Int { sizes.reduce(1, *) }
    var height: Int { sizes[sizes.count - 2] }
    var width: Int { sizes[sizes.count - 1] }

    /// Copies only where the layout is another.
    ///
    /// - Precondition: the elements are float32 or bfloat16.
    init(_ tensor: Tensor) throws {
        let shape = tensor.shape
        self.tensor = try tensor.contiguous(shape.count == 5 ? .channelsLast3D : .channelsLast)
        (count, channels, sizes) = (shape[0], shape[1], Array(shape[2...]))
    }

    /// Elements of any value.
    init(count: Int, channels: Int, sizes: [Int], dtype: DType) throws {
        let axes = Array(1...sizes.count)
        tensor = try Tensor.empty([count] + sizes + [channels], dtype: dtype).permuted([0, sizes.count + 1] + axes)
        (self.count, self.channels, self.sizes) = (count, channels, sizes)
    }

    /// Elements of any value: as many pixels, stored the same way.
    func emptyCopy(channels: Int? = nil) throws -> PixelImages {
        try PixelImages(count: count, channels: channels ?? self.channels, sizes: sizes, dtype: tensor.dtype)
    }

    /// How the kernels are told of the elements.
    var storage: ck_float_type { tensor.dtype == .bfloat16 ? CK_BFLOAT16 : CK_FLOAT32 }

    /// Where the elements of a channel begin, in an image whose first element is at `start`.
    func address(of channel: Int, from start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        start + channel * tensor.dtype.size
    }
}

/// Lends the elements of tensors, in their order, to a kernel; nil for nil. Images may be of another type than their address
/// says: the kernels take them as `void *`.
///
/// - Throws: `TorchError` of kind `outOfMemory`.
func withFloats(_ tensors: [Tensor?], _ kernel: ([UnsafeMutablePointer<Float>?]) -> ck_status) throws {
    let status = lendingFloats(tensors, kernel)
    if let purpose = status.purpose { throw TorchError.outOfMemory(String(cString: purpose), bytes: Int(status.bytes)) }
}

/// The same for parts of what a kernel is given.
func lendingFloats(_ tensors: [Tensor?], _ kernel: ([UnsafeMutablePointer<Float>?]) -> ck_status) -> ck_status {
    Tensor.withUnsafeMutableAddresses(of: tensors) { addresses in
        kernel(addresses.map { $0?.assumingMemoryBound(to: Float.self) })
    }
}
