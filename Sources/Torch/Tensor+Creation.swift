import CTorch

extension Tensor {
    /// Elements of any value.
    public static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws(TorchError) -> Tensor {
        let sizes = shape.map(Int64.init)
        return try make("empty") { libtorch.tensor_empty(sizes, sizes.count, dtype.raw, device.raw, $0) }
    }

    public static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        let sizes = shape.map(Int64.init)
        return try make("full") { libtorch.tensor_full(sizes, sizes.count, value, dtype.raw, device.raw, $0) }
    }

    public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws(TorchError) -> Tensor {
        try full(shape, 0, dtype: dtype, device: device)
    }

    public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws(TorchError) -> Tensor {
        try full(shape, 1, dtype: dtype, device: device)
    }

    /// A tensor without axes.
    public static func scalar(_ value: Double, dtype: DType = .float32, device: Device = .cpu) throws(TorchError) -> Tensor {
        try full([], value, dtype: dtype, device: device)
    }

    /// 0, 1, … end − 1.
    public static func range(_ end: Int, dtype: DType = .int64, device: Device = .cpu) throws(TorchError) -> Tensor {
        try make("arange") { libtorch.tensor_arange(Int64(end), dtype.raw, device.raw, $0) }
    }

    /// Copies row-major elements.
    ///
    /// - Throws: `TorchError` if their number is not the product of `shape`.
    public init<Element: TensorElement>(_ elements: [Element], shape: [Int]) throws(TorchError) {
        self = try elements.withUnsafeBufferPointer { buffer throws(TorchError) in
            try Tensor(bytes: UnsafeRawBufferPointer(buffer), shape: shape, dtype: Element.dtype)
        }
    }

    /// A vector.
    public init<Element: TensorElement>(_ elements: [Element]) throws(TorchError) {
        try self.init(elements, shape: [elements.count])
    }

    /// Copies row-major elements of any dtype.
    public init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) throws(TorchError) {
        let sizes = shape.map(Int64.init)
        self = try make("tensor") {
            libtorch.tensor_from_bytes(bytes.baseAddress, bytes.count, sizes, sizes.count, dtype.raw, $0)
        }
    }

    /// Copies row-major elements to a device without waiting for it: they are read before this returns.
    ///
    /// - Throws: `TorchError` if their number is not the product of `shape`.
    public init<Element: TensorElement>(uploading elements: [Element], shape: [Int], to device: Device) throws(TorchError) {
        let sizes = shape.map(Int64.init)
        self = try elements.withUnsafeBufferPointer { buffer throws(TorchError) in
            let bytes = UnsafeRawBufferPointer(buffer)
            return try make("upload") {
                libtorch.upload(bytes.baseAddress, bytes.count, sizes, sizes.count, Element.dtype.raw, device.raw, $0)
            }
        }
    }
}
