import Torch
import TorchNN

/// What both networks do with a convolution between resolutions and at their end.
extension Convolution {
    /// [skip, linear enlargement of this pointwise convolution]: input [B, Cin, smaller], skip [B, Cskip, …] →
    /// [B, Cskip + Cout, …].
    func joined(_ input: Tensor, skip: Tensor, _ pass: ForwardPass) throws -> Tensor {
        if pass.isFused, let fused = FusedJoin(self), fused.takes(skip: skip) { return try fused(input, skip: skip) }
        let up = try self(input, pass.mode).upsampledLinear(to: Array(skip.shape.dropFirst(2)), alignCorners: true)
        return try .concatenated([skip, up], 1)
    }

    /// The same as a graph.
    func describeJoined(
        _ input: NetworkGraph.Value, skip: NetworkGraph.Value, in graph: inout NetworkGraph
    ) throws -> NetworkGraph.Value {
        let pointwise = try describe(input, in: &graph)
        let up = graph.add(.upsampleLinear, pointwise, skip)
        return graph.add(.concatenate, skip, up)
    }

    /// [B, C, …] → [B, classes, …]
    func scores(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        if pass.isFused, let fused = FusedScores(self) { return try fused(input) }
        return try self(input, pass.mode)
    }
}
