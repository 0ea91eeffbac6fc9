import CTorch

/// The library behind the tensors: its version and the settings that belong to the process.
public enum TorchLibrary {
    /// libtorch's version, such as `2.13.0`.
    public static var version: String { String(cString: ct_version()) }

    /// Threads that one operation may use on the CPU.
    public static var threadCount: Int { Int(ct_get_threads()) }

    public static func setThreadCount(_ count: Int) throws(TorchError) {
        try check("threads", ct_set_threads(Int32(count)))
    }

    /// The widest instruction set that libtorch's kernels use on this processor, such as `AVX512`.
    public static var instructionSet: String { String(cString: ct_cpu_capability()) }

    /// Whether operations without a deterministic form are refused.
    public static var isDeterministic: Bool {
        get { ct_get_deterministic() }
        set { ct_set_deterministic(newValue) }
    }

    /// Keeps freed memory in the process. The default allocator gives large blocks back to the system at once, and the
    /// page faults of taking them again cost over half of a training step on large images.
    public static func keepFreedMemory() { ct_keep_freed_memory() }
}
