import Torch

/// A 2-D convolution that keeps the size at stride 1 (zero padding of dilation·(kernel − 1)/2).
///
/// Weight [Cout, Cin, k, k] and bias [Cout] start as PyTorch's do: U(−b, b) with b = 1/√(Cin·k²).
public final class Conv2d: Module, Layer {
    public let weight: Parameter
    public let bias: Parameter?
    public let padding: Int
    let dilation: Int

    /// - Precondition: `kernel` is odd.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: Int, dilation: Int = 1, bias: Bool = true, _ generator: Generator
    ) throws {
        precondition(kernel % 2 == 1, "an even kernel of \(kernel) does not keep the size")
        let shape = [outputs, inputs, kernel, kernel]
        weight = try Parameter(Initializer.kaimingUniform(shape, generator))
        self.bias = bias ? try Parameter(Initializer.biasUniform(outputs, weightShape: shape, generator)) : nil
        padding = dilation * (kernel - 1) / 2
        self.dilation = dilation
    }

    /// [B, Cin, H, W] → [B, Cout, H, W]
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.convolved(weight.tensor, bias: bias?.tensor, padding: padding, dilation: dilation)
    }
}
