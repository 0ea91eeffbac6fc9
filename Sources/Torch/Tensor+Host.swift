import CTorch

extension Tensor {
    /// The elements in row-major order, converted to `Element`.
    public func elements<Element: TensorElement>(as _: Element.Type = Element.self) throws(TorchError) -> [Element] {
        let source = try dtype == Element.dtype ? self : to(Element.dtype)
        let count = source.count
        var failure: TorchError?
        let result = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            // The bytes are written by libtorch, all of them or none.
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            do throws(TorchError) {
                try check(
                    "copy to host", [source],
                    libtorch.tensor_to_bytes(source.raw, bytes.baseAddress, count * MemoryLayout<Element>.stride))
                initialized = count
            } catch {
                failure = error
                initialized = 0
            }
        }
        if let failure { throw failure }
        return result
    }

    /// The bytes of the elements in row-major order, in this machine's byte order.
    public func bytes() throws(TorchError) -> [UInt8] {
        let byteCount = count * dtype.size
        var bytes = [UInt8](repeating: 0, count: byteCount)
        try check("copy to host", [self], libtorch.tensor_to_bytes(raw, &bytes, byteCount))
        return bytes
    }

    /// The only element.
    ///
    /// - Throws: `TorchError` unless there is exactly one.
    public func item() throws(TorchError) -> Double {
        var value = 0.0
        try check("item", [self], libtorch.tensor_item_double(raw, &value))
        return value
    }

    /// The only element of an integer or boolean tensor.
    public func itemAsInt() throws(TorchError) -> Int {
        var value: Int64 = 0
        try check("item", [self], libtorch.tensor_item_int(raw, &value))
        return Int(value)
    }

    /// Same values with another dtype or on another device; itself where nothing changes.
    public func to(_ dtype: DType? = nil, device: Device? = nil) throws(TorchError) -> Tensor {
        let dtype = dtype ?? self.dtype
        let device = device ?? self.device
        return try make("to", [self]) { libtorch.tensor_to(raw, dtype.raw, device.raw, $0) }
    }

    public func contiguous(_ format: MemoryFormat = .contiguous) throws(TorchError) -> Tensor {
        try make("contiguous", [self]) { libtorch.tensor_contiguous(raw, format.raw, $0) }
    }

    public func clone() throws(TorchError) -> Tensor {
        try make("clone", [self]) { libtorch.tensor_clone(raw, $0) }
    }

    /// Same memory, outside the graph.
    public func detached() -> Tensor {
        trapping { () throws(TorchError) in try make("detach", [self]) { libtorch.tensor_detach(raw, $0) } }
    }
}
