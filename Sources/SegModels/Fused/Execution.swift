import Torch

/// Who computes the parts of a network.
public enum Execution: String, Sendable, Hashable, CaseIterable {
    /// Kernels that fuse whole blocks, for those parts, devices and dtypes that have them; libtorch for the others.
    case fused
    /// libtorch, operation by operation: the definition.
    case composed
}

extension Execution {
    /// Whether the CPU kernels may take this input; each part asks for its numbers of channels besides.
    func fuses(_ images: Tensor) -> Bool {
        self == .fused && images.device == .cpu && [.float32, .bfloat16].contains(images.dtype) && images.rank == 4
            && images.shape.allSatisfy { $0 > 0 }
    }
}
