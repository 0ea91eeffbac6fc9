import CTorch

/// An n-dimensional array of libtorch's, with autograd.
///
/// A copy shares its memory with the original, as in PyTorch; `clone()` makes a deep one. Operators trap on shapes that do
/// not fit; named methods throw `TorchError`. Not `Sendable`: loaders pass plain buffers, the training side makes tensors.
public struct Tensor {
    /// Owns the C handle.
    final class Storage {
        let handle: ct_tensor
        init(_ handle: ct_tensor) { self.handle = handle }
        deinit { libtorch.tensor_free(handle) }
    }

    let storage: Storage

    var raw: ct_tensor { storage.handle }

    init(owning handle: ct_tensor) { storage = Storage(handle) }

    // MARK: What it is

    public var shape: [Int] { (0..<rank).map { Int(libtorch.tensor_size(raw, Int64($0))) } }

    /// Number of axes.
    public var rank: Int { Int(libtorch.tensor_dim(raw)) }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    public var dtype: DType { DType(libtorch.tensor_dtype(raw)) }

    public var device: Device { Device(libtorch.tensor_device(raw)) }

    /// Elements to step over for one step along each axis.
    public var strides: [Int] { (0..<rank).map { Int(libtorch.tensor_stride(raw, Int64($0))) } }

    public func isContiguous(_ format: MemoryFormat = .contiguous) -> Bool { libtorch.tensor_is_contiguous(raw, format.raw) }

    /// Whether both are one tensor (not only equal): same implementation object in libtorch.
    public func isSame(as other: Tensor) -> Bool { libtorch.tensor_is_same(raw, other.raw) }
}

/// How the elements of images lie in memory.
public enum MemoryFormat: Sendable {
    /// Row-major: [B, C, H, W] with W fastest.
    case contiguous
    /// [B, C, H, W] stored with C fastest.
    case channelsLast
    /// [B, C, D, H, W] stored with C fastest.
    case channelsLast3D

    var raw: ct_memory_format {
        switch self {
        case .contiguous: CT_CONTIGUOUS
        case .channelsLast: CT_CHANNELS_LAST
        case .channelsLast3D: CT_CHANNELS_LAST_3D
        }
    }
}

extension Tensor: CustomStringConvertible {
    /// Shape, dtype and device; the values only of a scalar.
    public var description: String {
        if rank == 0, let value = try? item() { return "Tensor(\(value), \(dtype))" }
        return "Tensor(\(shape), \(dtype), \(device))"
    }
}
