import Torch

/// x for x > 0, slope·x elsewhere.
public final class LeakyReLU: Module, Layer {
    public let negativeSlope: Double
    public init(negativeSlope: Double = 0.01) { self.negativeSlope = negativeSlope }

    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.leakyReLU(negativeSlope: negativeSlope)
    }
}

/// max(x, 0)
public final class ReLU: Module, Layer {
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor { try input.relu() }
}

/// The mean over all spatial axes: [B, C, …] → [B, C, 1, …].
public final class GlobalAveragePool: Module, Layer {
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.mean(Array(2..<input.rank), keepingAxes: true)
    }
}

/// The mean of blocks of pixels: [B, C, …] → [B, C, … / window].
public final class AveragePool: Module, Layer {
    /// One size for each spatial axis.
    public let window: [Int]

    public init(_ window: [Int]) { self.window = window }

    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor { try input.averagePooled(window) }
}
