import Torch

/// What a network computes in evaluation, operation by operation on [B, C, …], for programs that compute it elsewhere.
///
/// Layers and networks write themselves down: `Layer.describe(_:in:)`. The parameters are the network's own tensors, so that they can
/// be told by their names in its state.
public struct NetworkGraph {
    /// The input of the graph, or what one of its steps gives.
    public struct Value: Sendable, Hashable {
        /// 0 for the input, then counted step by step.
        public let number: Int
    }

    /// An operation as PyTorch has it; lists have one number for each spatial axis.
    public enum Operation {
        /// `Conv`, with `padding` zeros before and behind each axis.
        case convolution(weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int], dilation: Int)
        /// `ConvTranspose` with a kernel of the stride, without padding.
        case transposedConvolution(weight: Tensor, bias: Tensor, stride: [Int])
        /// `GroupNorm`.
        case groupNorm(groups: Int, weight: Tensor, bias: Tensor, epsilon: Double)
        /// `BatchNorm` by its running statistics.
        case batchNorm(weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Double)
        /// `InstanceNorm` with `affine=True`.
        case instanceNorm(weight: Tensor, bias: Tensor, epsilon: Double)
        case leakyReLU(negativeSlope: Double)
        case relu
        /// The mean over all spatial axes, which stay with length 1.
        case globalAveragePool
        /// The maxima of windows side by side.
        case maxPool([Int])
        /// The means of windows side by side.
        case averagePool([Int])
        /// `interpolate` of the first value, linear with `align_corners=True`, to the spatial sizes of the second.
        case upsampleLinear
        /// Channels behind each other.
        case concatenate
        case add
        /// Axes of length 1 are stretched, as PyTorch does.
        case multiply
    }

    public struct Step {
        public let operation: Operation
        public let inputs: [Value]
        public let output: Value
    }

    public let input = Value(number: 0)
    public private(set) var steps: [Step] = []

    public init() {}

    /// Adds a step.
    ///
    /// - Returns: what it gives.
    public mutating func add(_ operation: Operation, _ inputs: Value...) -> Value { add(operation, inputs) }

    /// The same for a list of inputs.
    public mutating func add(_ operation: Operation, _ inputs: [Value]) -> Value {
        let output = Value(number: steps.count + 1)
        steps.append(Step(operation: operation, inputs: inputs, output: output))
        return output
    }
}

/// A layer that does not say what it computes as a graph.
public struct UndescribedLayer: Error, CustomStringConvertible, Equatable {
    public let name: String

    public var description: String {
        "the operation '\(name)' cannot be exported: it has no description as a graph (describe(_:in:)); export a network without it"
    }
}

extension Layer {
    /// - Throws: `UndescribedLayer`.
    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        throw UndescribedLayer(name: String(describing: type(of: self)))
    }
}
