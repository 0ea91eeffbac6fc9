import Torch

/// A tensor that training changes. Leaf of the graph; its name comes from the property that holds it.
public final class Parameter {
    public let tensor: Tensor

    /// - Throws: `TorchError` for a dtype that cannot be differentiated.
    public init(_ tensor: Tensor) throws {
        try tensor.setRequiresGradient()
        self.tensor = tensor
    }
}

/// A tensor that is part of a module's state but that no optimiser changes, such as running statistics.
public final class Buffer {
    public let tensor: Tensor
    public init(_ tensor: Tensor) { self.tensor = tensor }
}
