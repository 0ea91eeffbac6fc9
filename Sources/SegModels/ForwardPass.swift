import Torch
import TorchNN

/// One pass of images through a network: whether it trains, and who computes it.
///
/// A network makes it where images enter, and its parts take it in place of a `ForwardMode`.
struct ForwardPass {
    let mode: ForwardMode
    /// Whether the CPU kernels take such images; each part asks besides for its layers and numbers of channels.
    let isFused: Bool
    /// The same for parts that volumes have too.
    let fusesUnits: Bool

    /// - Parameter images: [B, C, …]; their parts' inputs are on the same device and of the same rank.
    init(_ mode: ForwardMode, _ execution: Execution, of images: Tensor) {
        self.mode = mode
        fusesUnits =
            execution == .fused && images.device == .cpu && [.float32, .bfloat16].contains(images.dtype)
            && (4...5).contains(images.rank) && images.shape.allSatisfy { $0 > 0 }
        isFused = fusesUnits && images.rank == 4
    }
}

/// Who computes the parts of a network.
public enum Execution: String, Sendable, Hashable, CaseIterable {
    /// Kernels that fuse whole blocks, for those parts, devices and dtypes that have them; libtorch for the others.
    case fused
    /// libtorch, operation by operation: the definition.
    case composed
}
