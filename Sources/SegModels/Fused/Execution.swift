/// Who computes the parts of a network.
public enum Execution: String, Sendable, Hashable, CaseIterable {
    /// Kernels that fuse whole blocks, for those parts, devices and dtypes that have them; libtorch for the others.
    case fused
    /// libtorch, operation by operation: the definition.
    case composed
}
