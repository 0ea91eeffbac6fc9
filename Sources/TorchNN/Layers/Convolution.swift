import Torch

/// A convolution of 1 to 3 dimensions with zero padding of dilation·(kernel − 1)/2 along each axis: it keeps the size, or divides it
/// by the stride and rounds up.
///
/// PyTorch's `Conv1d`, `Conv2d` and `Conv3d`: weight [Cout, Cin, kernel…] and bias [Cout] start as theirs do, U(−b, b) with
/// b = 1/√(Cin·Π kernel).
public final class Convolution: Module, Layer {
    public let weight: Parameter
    public let bias: Parameter?
    public let dilation: Int
    /// One number for each spatial axis.
    public let stride: [Int]

    /// - Parameters:
    ///   - kernel: one size for each spatial axis.
    ///   - stride: nil for 1 along each axis.
    /// - Precondition: `kernel` has 1 to 3 odd sizes.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: [Int], stride: [Int]? = nil, dilation: Int = 1, bias: Bool = true,
        _ generator: Generator
    ) throws {
        precondition((1...3).contains(kernel.count), "a convolution has 1 to 3 dimensions, found a kernel of \(kernel)")
        precondition(kernel.allSatisfy { $0 % 2 == 1 }, "an even kernel of \(kernel) does not keep the size")
        let shape = [outputs, inputs] + kernel
        weight = try Parameter(Initializer.kaimingUniform(shape, generator))
        self.bias = bias ? try Parameter(Initializer.biasUniform(outputs, weightShape: shape, generator)) : nil
        self.dilation = dilation
        self.stride = stride ?? Array(repeating: 1, count: kernel.count)
    }

    /// A convolution that mixes the channels of each pixel: a kernel of 1 along every axis.
    public static func pointwise(
        _ inputs: Int, _ outputs: Int, dimensions: Int, _ generator: Generator
    ) throws -> Convolution {
        try Convolution(inputs, outputs, kernel: Array(repeating: 1, count: dimensions), generator)
    }

    public var inputCount: Int { weight.tensor.shape[1] }
    public var outputCount: Int { weight.tensor.shape[0] }
    /// One size for each spatial axis.
    public var kernel: [Int] { Array(weight.tensor.shape.dropFirst(2)) }
    /// Zeros before and behind each spatial axis.
    private var padding: [Int] { kernel.map { dilation * ($0 - 1) / 2 } }

    /// [B, Cin, …] → [B, Cout, … / stride]
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.convolved(
            weight.tensor, bias: bias?.tensor, stride: stride, padding: padding, dilation: dilation)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(
            .convolution(
                weight: weight.tensor, bias: bias?.tensor, stride: stride, padding: padding, dilation: dilation), input)
    }
}

/// A transposed convolution of 1 to 3 dimensions whose kernel is its stride, so that each pixel becomes a block of pixels that no
/// other one writes to: PyTorch's `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d` with `kernel_size=stride`.
///
/// Weight [Cin, Cout, stride…] and bias [Cout] start as theirs do, U(−b, b) with b = 1/√(Cout·Π stride).
public final class TransposedConvolution: Module, Layer {
    public let weight: Parameter
    public let bias: Parameter

    /// - Parameter stride: one number for each spatial axis.
    public init(_ inputs: Int, _ outputs: Int, stride: [Int], _ generator: Generator) throws {
        precondition((1...3).contains(stride.count), "a convolution has 1 to 3 dimensions, found a stride of \(stride)")
        let shape = [inputs, outputs] + stride
        weight = try Parameter(Initializer.kaimingUniform(shape, generator))
        bias = try Parameter(Initializer.biasUniform(outputs, weightShape: shape, generator))
    }

    /// One number for each spatial axis.
    public var stride: [Int] { Array(weight.tensor.shape.dropFirst(2)) }

    /// [B, Cin, …] → [B, Cout, … · stride]
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.transposeConvolved(weight.tensor, bias: bias.tensor, stride: stride)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(.transposedConvolution(weight: weight.tensor, bias: bias.tensor, stride: stride), input)
    }
}
