import CKernels
import Torch

/// Logits and labels as the CPU kernels take them.
///
/// The composed form of what a kernel computes stays its definition; it serves every other device, dtype and layout, and the
/// tests hold the kernels against it.
struct KernelBatch {
    /// [B, C, …], float32 or bfloat16.
    let logits: Tensor
    /// [B, …], uint8 or int64; nil for kernels that need none.
    private let labels: Tensor?
    private let isChannelsLast: Bool
    private let ignoreLabel: Int?

    /// Nil where the composed form must serve, be it to refuse shapes with an exact message.
    init?(logits: Tensor, labels: Tensor?, ignoreLabel: Int?) throws {
        let shape = logits.shape
        guard logits.device == .cpu, [.float32, .bfloat16].contains(logits.dtype), shape.count >= 3,
            (2...Int(CK_MAX_CLASSES)).contains(shape[1]), logits.count > 0, (ignoreLabel ?? 0) >= 0
        else { return nil }
        if let labels {
            guard labels.device == .cpu, [.uint8, .int64].contains(labels.dtype),
                labels.shape == [shape[0]] + shape.dropFirst(2)
            else { return nil }
        }
        let channelsLast: MemoryFormat = shape.count == 5 ? .channelsLast3D : .channelsLast
        let isPlain = logits.isContiguous()
        isChannelsLast = !isPlain && (4...5).contains(shape.count) && logits.isContiguous(channelsLast)
        self.logits = isPlain || isChannelsLast ? logits : try logits.contiguous()
        self.labels = try labels?.contiguous()
        // What a byte cannot hold is no label here; its lower bits would be one.
        let isHeld = labels?.dtype != .uint8 || (ignoreLabel ?? 0) <= UInt8.max
        self.ignoreLabel = isHeld ? ignoreLabel : nil
    }

    var imageCount: Int { logits.shape[0] }
    var classCount: Int { logits.shape[1] }
    /// Of one image.
    var pixelCount: Int { logits.shape.dropFirst(2).reduce(1, *) }

    /// - Parameter gradient: memory as `emptyGradient` makes it, for kernels that fill it.
    /// - Throws: `TorchError` of kind `outOfMemory`.
    func run(gradient: Tensor? = nil, _ kernel: (UnsafePointer<ck_batch>) -> ck_status) throws {
        let status = Tensor.withUnsafeMutableAddresses(of: [logits, gradient, labels]) { addresses in
            var batch = ck_batch(
                logits: addresses[0], gradient: addresses[1], labels: addresses[2],
                float_type: logits.dtype == .float32 ? CK_FLOAT32 : CK_BFLOAT16,
                label_type: labels?.dtype == .int64 ? CK_LABEL_INT64 : CK_LABEL_UINT8, channels_last: isChannelsLast,
                images: Int64(imageCount), classes: Int64(classCount), pixels: Int64(pixelCount),
                ignore: Int64(ignoreLabel ?? -1))
            return kernel(&batch)
        }
        if let purpose = status.purpose { throw TorchError.outOfMemory(String(cString: purpose), bytes: Int(status.bytes)) }
    }

    /// Whether the memory of a gradient can hold float32 numbers class by class, image by image.
    var gradientHoldsPlanes: Bool { logits.dtype == .float32 && !isChannelsLast }

    /// Memory of the logits' shape, dtype and layout.
    func emptyGradient() throws -> Tensor {
        let shape = logits.shape
        guard isChannelsLast else { return try .empty(shape, dtype: logits.dtype) }
        let stored = try Tensor.empty([shape[0]] + shape.dropFirst(2) + [shape[1]], dtype: logits.dtype)
        return try stored.permuted([0, shape.count - 1] + (1..<shape.count - 1))
    }
}
