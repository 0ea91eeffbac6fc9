import CTorch

/// The elements of a tensor on their way to the host: made while the device still computes them, and read when they are needed.
public final class HostCopy {
    private let handle: OpaquePointer
    private let count: Int
    private let dtype: DType

    /// Of the elements as they will be when the device has done what it was given before this.
    public init(_ tensor: Tensor) throws(TorchError) {
        var handle: OpaquePointer?
        try check("copy to host", [tensor], libtorch.host_copy_begin(tensor.raw, &handle))
        self.handle = handle!  // set where there is no error
        count = tensor.count
        dtype = tensor.dtype
    }

    deinit { libtorch.host_copy_free(handle) }

    /// Waits for the device to get there.
    ///
    /// - Precondition: `Element` is the tensor's.
    public func elements<Element: TensorElement>(as _: Element.Type = Element.self) throws(TorchError) -> [Element] {
        precondition(Element.dtype == dtype, "a copy has the elements of its tensor, \(dtype)")
        let byteCount = count * MemoryLayout<Element>.stride
        var failure: TorchError?
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            // The bytes are written by libtorch, all of them or none.
            let bytes = UnsafeMutableRawBufferPointer(buffer).baseAddress
            do throws(TorchError) {
                try check("copy to host", libtorch.host_copy_read(handle, bytes, byteCount))
                initialized = count
            } catch {
                failure = error
                initialized = 0
            }
        }
        if let failure { throw failure }
        return elements
    }
}
