import CTorch

/// A source of kernels in CUDA's language, compiled for a device when they are first started there.
public struct DeviceKernels: @unchecked Sendable {
    private let source: UnsafePointer<CChar>

    /// - Parameter source: lives as long as the process.
    public init(source: UnsafePointer<CChar>) { self.source = source }

    /// Starts a kernel on the device's current stream, where libtorch's own work is too.
    ///
    /// - Parameters:
    ///   - classes: what `CK_CLASSES` stands for in the source.
    ///   - arguments: the address of each.
    public func start(
        _ name: String, classes: Int, on device: Device, blocks: (x: Int, y: Int), threads: Int, _ arguments: [UnsafeRawPointer]
    ) throws(TorchError) {
        try check(
            name,
            libtorch.kernel_launch(
                device.raw, source, Int32(classes), name, [Int32(blocks.x), Int32(blocks.y)], Int32(threads), arguments))
    }

    /// Compiles for a device that need not be there.
    ///
    /// - Parameters:
    ///   - architecture: such as `sm_90`.
    ///   - library: NVRTC's file; nil: the one beside libtorch.
    /// - Returns: bytes of machine code.
    public func compile(classes: Int, for architecture: String, by library: String? = nil) throws(TorchError) -> Int {
        var count: Int64 = 0
        try check("kernels", libtorch.kernel_compile(source, Int32(classes), architecture, library, &count))
        return Int(count)
    }
}
