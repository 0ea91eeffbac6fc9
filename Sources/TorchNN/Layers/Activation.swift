import Torch

/// x for x > 0, slope·x elsewhere.
public final class LeakyReLU: Module, Layer {
    public let negativeSlope: Double
    public init(negativeSlope: Double = 0.01) { self.negativeSlope = negativeSlope }

    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.leakyReLU(negativeSlope: negativeSlope)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(.leakyReLU(negativeSlope: negativeSlope), input)
    }
}

/// max(x, 0)
public final class ReLU: Module, Layer {
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor { try input.relu() }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(.relu, input)
    }
}

/// The mean over all spatial axes: [B, C, …] → [B, C, 1, …].
public final class GlobalAveragePool: Module, Layer {
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.mean(Array(2..<input.rank), keepingAxes: true)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(.globalAveragePool, input)
    }
}

/// The mean of blocks of pixels: [B, C, …] → [B, C, … / window].
public final class AveragePool: Module, Layer {
    /// One size for each spatial axis.
    public let window: [Int]

    public init(_ window: [Int]) { self.window = window }

    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor { try input.averagePooled(window) }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(.averagePool(window), input)
    }
}
