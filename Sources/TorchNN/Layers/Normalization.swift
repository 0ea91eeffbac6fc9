import Torch

/// Normalises groups of channels of each sample (Wu & He 2018), then scales and shifts each channel.
public final class GroupNorm: Module, Layer {
    public let weight: Parameter
    public let bias: Parameter
    public let groups: Int
    /// Added to the variance.
    public let epsilon = 1e-5

    /// - Precondition: `groups` divides `channels`.
    public init(groups: Int, channels: Int) throws {
        precondition(channels % groups == 0, "\(channels) channels cannot be split into \(groups) groups")
        weight = try Parameter(.ones([channels]))
        bias = try Parameter(.zeros([channels]))
        self.groups = groups
    }

    /// [B, C, …] → same
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.groupNormalized(groups, weight: weight.tensor, bias: bias.tensor, epsilon: epsilon)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(.groupNorm(groups: groups, weight: weight.tensor, bias: bias.tensor, epsilon: epsilon), input)
    }
}

/// Normalises each channel over the batch (Ioffe & Szegedy 2015), by running statistics in evaluation: PyTorch's
/// `BatchNorm1d`, `BatchNorm2d` and `BatchNorm3d`.
public final class BatchNorm: Module, Layer {
    public let weight: Parameter
    public let bias: Parameter
    public let runningMean: Buffer
    public let runningVar: Buffer
    public let numBatchesTracked: Buffer
    /// Added to the variance.
    public let epsilon = 1e-5

    public init(channels: Int) throws {
        weight = try Parameter(.ones([channels]))
        bias = try Parameter(.zeros([channels]))
        runningMean = try Buffer(.zeros([channels]))
        runningVar = try Buffer(.ones([channels]))
        numBatchesTracked = try Buffer(.zeros([], dtype: .int64))
    }

    /// [B, C, …] → same
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        if mode.isTraining { try numBatchesTracked.tensor.addInPlace(.ones([], dtype: .int64)) }
        return try input.batchNormalized(
            weight: weight.tensor, bias: bias.tensor, runningMean: runningMean.tensor, runningVariance: runningVar.tensor,
            isTraining: mode.isTraining, epsilon: epsilon)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(
            .batchNorm(
                weight: weight.tensor, bias: bias.tensor, mean: runningMean.tensor, variance: runningVar.tensor, epsilon: epsilon),
            input)
    }
}

/// Normalises each channel of each sample (Ulyanov et al. 2016), then scales and shifts it: PyTorch's `InstanceNorm1d`,
/// `InstanceNorm2d` and `InstanceNorm3d` with `affine=True`.
public final class InstanceNorm: Module, Layer {
    public let weight: Parameter
    public let bias: Parameter
    /// Added to the variance.
    public let epsilon = 1e-5

    public init(channels: Int) throws {
        weight = try Parameter(.ones([channels]))
        bias = try Parameter(.zeros([channels]))
    }

    /// [B, C, …] → same
    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try input.instanceNormalized(weight: weight.tensor, bias: bias.tensor, epsilon: epsilon)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        graph.add(.instanceNorm(weight: weight.tensor, bias: bias.tensor, epsilon: epsilon), input)
    }
}
