import Torch

/// Images as the CPU kernels read them: [B, C, H, W] in float32, stored with the channels of a pixel together.
struct PixelImages {
    let tensor: Tensor
    let count: Int
    let channels: Int
    let height: Int
    let width: Int

    /// Pixels of one image.
    var pixels: Int { height * width }

    /// Copies only where the layout is another.
    init(_ tensor: Tensor) throws {
        let shape = tensor.shape
        self.tensor = try tensor.contiguous(.channelsLast)
        (count, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
    }

    /// Elements of any value.
    init(count: Int, channels: Int, height: Int, width: Int) throws {
        tensor = try Tensor.empty([count, height, width, channels]).permuted([0, 3, 1, 2])
        (self.count, self.channels, self.height, self.width) = (count, channels, height, width)
    }

    /// The same shape, elements of any value.
    func emptyCopy() throws -> PixelImages {
        try PixelImages(count: count, channels: channels, height: height, width: width)
    }
}

/// Lends the float32 elements of tensors, in their order, to a kernel; nil for nil.
func withFloats(_ tensors: [Tensor?], _ body: ([UnsafeMutablePointer<Float>?]) -> Void) {
    Tensor.withUnsafeMutableAddresses(of: tensors) { addresses in
        body(addresses.map { $0?.assumingMemoryBound(to: Float.self) })
    }
}
