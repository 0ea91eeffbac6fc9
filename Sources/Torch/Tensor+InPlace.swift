import CTorch

/// The few operations that change memory: for optimisers, buffers and initialisers. Every copy of the tensor sees them.
extension Tensor {
    public func copyInPlace(from source: Tensor) throws(TorchError) {
        try check("copy_", [self, source], libtorch.tensor_copy_in_place(raw, source.raw))
    }

    /// Takes the memory, dtype and device of another tensor; every holder of this tensor sees it, and a leaf stays one.
    public func setDataInPlace(_ source: Tensor) throws(TorchError) {
        try check("set_data", [self, source], libtorch.tensor_set_data(raw, source.raw))
    }

    public func fillInPlace(_ value: Double) throws(TorchError) {
        try check("fill_", [self], libtorch.tensor_fill_in_place(raw, value))
    }

    /// self += scale · other
    public func addInPlace(_ other: Tensor, scale: Double = 1) throws(TorchError) {
        try check("add_", [self, other], libtorch.tensor_add_in_place(raw, other.raw, scale))
    }

    public func multiplyInPlace(by factor: Double) throws(TorchError) {
        try check("mul_", [self], libtorch.tensor_mul_in_place(raw, factor))
    }

    /// Draws from U(low, high).
    public func uniformInPlace(_ low: Double, _ high: Double, _ generator: Generator) throws(TorchError) {
        try check("uniform_", [self], libtorch.uniform_in_place(raw, low, high, generator.handle))
    }

    /// Draws from N(mean, deviation²).
    public func normalInPlace(mean: Double = 0, deviation: Double = 1, _ generator: Generator) throws(TorchError) {
        try check("normal_", [self], libtorch.normal_in_place(raw, mean, deviation, generator.handle))
    }

    /// 1 with the given probability, else 0.
    public func bernoulliInPlace(_ probability: Double, _ generator: Generator) throws(TorchError) {
        try check("bernoulli_", [self], libtorch.bernoulli_in_place(raw, probability, generator.handle))
    }
}
