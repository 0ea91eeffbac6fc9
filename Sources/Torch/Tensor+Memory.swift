import CTorch

extension Tensor {
    /// Lends the address of the first element, for kernels that work on plain memory.
    ///
    /// Elements lie by `strides`; the address is good within `body` only.
    ///
    /// - Precondition: the tensor is on the CPU.
    public func withUnsafeMutableAddress<Result, Failure: Error>(
        _ body: (UnsafeMutableRawPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(device == .cpu, "only a tensor on the CPU has an address here")
        guard let address = libtorch.tensor_data(raw) else { preconditionFailure("a tensor without elements has no address") }
        return try withExtendedLifetime(storage) { () throws(Failure) in try body(address) }
    }
}

extension Tensor {
    /// Lends the addresses of several tensors' first elements, in their order; nil for nil.
    ///
    /// - Precondition: the tensors are on the CPU.
    public static func withUnsafeMutableAddresses<Result>(
        of tensors: [Tensor?], _ body: ([UnsafeMutableRawPointer?]) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(tensors) {
            try body(tensors.map { tensor in tensor?.withUnsafeMutableAddress { $0 } })
        }
    }
}

extension Tensor {
    /// Lends the addresses of several tensors' first elements, each on its own device, for kernels that run there; nil for nil. Memory
    /// that is let go while a kernel uses it is given to work that comes after the kernel alone.
    public static func withDeviceAddresses<Result>(
        of tensors: [Tensor?], _ body: ([UnsafeMutableRawPointer?]) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(tensors) { try body(tensors.map { $0.flatMap { libtorch.tensor_data($0.raw) } }) }
    }
}

/// Whether operations on this thread are recorded for backward passes.
public var isRecordingGradient: Bool { libtorch.grad_mode_get() }
