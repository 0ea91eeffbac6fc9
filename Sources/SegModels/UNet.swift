import Torch
import TorchNN

/// U-Net (Ronneberger et al. 2015; Çiçek et al. 2016 for volumes) with padded convolutions: max pooling down, linear
/// up-sampling, skip connections.
///
/// Same widths, normalisation and dropout as `CopleNet`, and the same names where the parts are the same.
public final class UNet: Module, SegmentationNetwork {
    let inConv: ConvolutionBlock
    let down: Numbered<PlainDown>
    let up: Numbered<PlainUp>
    let outConv: Convolution
    public let channelCount: Int
    public let classCount: Int
    let levels: [NetworkLevel]
    let execution: Execution

    /// - Precondition: `configuration.validate()` holds.
    public init(channels: Int, classes: Int, _ configuration: NetworkConfiguration, _ generator: Generator) throws {
        levels = configuration.levels
        let norm = configuration.normalization
        let steps = Array(zip(levels, levels.dropFirst()))
        inConv = try ConvolutionBlock(
            channels, levels[0].features, kernel: levels[0].kernel, dropout: levels[0].dropout, norm, squeezesAndExcites: false,
            generator)
        down = try Numbered(steps.map { above, below in try PlainDown(above.features, below, norm, generator) }, from: 1)
        up = try Numbered(steps.reversed().map { above, below in try PlainUp(below.features, above, norm, generator) }, from: 1)
        outConv = try Convolution(levels[0].features, classes, kernel: levels[0].kernel, generator)
        channelCount = channels
        classCount = classes
        execution = configuration.execution
    }

    public var sizeMultiples: [Int] { levels.sizeMultiples }

    public func evaluationBytes(sizes: [Int]) -> Int { levels.evaluationBytes(classes: classCount, sizes: sizes) }

    public func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let pass = ForwardPass(mode, execution, of: images)
        var y = try inConv(images, pass)  // [B, f0, full size]
        var skips: [Tensor] = []
        for down in down.modules {
            skips.append(y)
            y = try down(y, pass)
        }
        // Each skip is given away with its last use.
        for up in up.modules { y = try up(y, skip: skips.removeLast(), pass) }  // [B, f0, full size] at the end
        return try outConv.scores(y, pass)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        var y = try inConv.describe(input, in: &graph)
        var skips: [NetworkGraph.Value] = []
        for down in down.modules {
            skips.append(y)
            y = try down.describe(y, in: &graph)
        }
        for up in up.modules { y = try up.describe(y, skip: skips.removeLast(), in: &graph) }
        return try outConv.describe(y, in: &graph)
    }
}

/// Max pooling, then a block: [B, Cin, …] → [B, Cout, … / stride].
final class PlainDown: Module {
    let conv: ConvolutionBlock
    let stride: [Int]

    init(_ inputs: Int, _ level: NetworkLevel, _ norm: NetworkConfiguration.Normalization, _ generator: Generator) throws {
        conv = try ConvolutionBlock(
            inputs, level.features, kernel: level.kernel, dropout: level.dropout, norm, squeezesAndExcites: false, generator)
        stride = level.stride
    }

    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        if pass.isFused, FusedPooling.takes(input, stride: stride) {
            return try conv(FusedPooling.pool(input, means: false), pass)
        }
        return try conv(input.maxPooled(stride), pass)
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        try conv.describe(graph.add(.maxPool(stride), input), in: &graph)
    }
}

/// Pointwise convolution to the skip's width, linear enlargement to its size, a block on both.
final class PlainUp: Module {
    let conv1x1: Convolution
    let conv: ConvolutionBlock

    /// - Parameter level: whose skip is joined.
    init(_ inputs: Int, _ level: NetworkLevel, _ norm: NetworkConfiguration.Normalization, _ generator: Generator) throws {
        conv1x1 = try .pointwise(inputs, level.features, dimensions: level.kernel.count, generator)
        conv = try ConvolutionBlock(
            2 * level.features, level.features, kernel: level.kernel, norm, squeezesAndExcites: false, generator)
    }

    /// [B, Cin, smaller], skip [B, Cout, …] → [B, Cout, …]
    func callAsFunction(_ input: Tensor, skip: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try conv(conv1x1.joined(input, skip: skip, pass), pass)
    }

    func describe(
        _ input: NetworkGraph.Value, skip: NetworkGraph.Value, in graph: inout NetworkGraph
    ) throws -> NetworkGraph.Value {
        try conv.describe(conv1x1.describeJoined(input, skip: skip, in: &graph), in: &graph)
    }
}
