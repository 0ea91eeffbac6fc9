import Torch
import TorchNN

/// COPLE-Net (Wang et al. 2020, A Noise-robust Framework for Automatic Segmentation of COVID-19 Pneumonia Lesions from CT
/// Images), as the paper trains it: f = [16, 32, 64, 128, 256], GroupNorm, LeakyReLU 0.01, biases everywhere.
///
/// An encoder that concatenates maximum and average pooling, bridges that halve the skip connections, dilated convolutions
/// at the bottom (ASPP), and a decoder of linear up-sampling. State names are those of the PyTorch implementation.
public final class CopleNet: Module, SegmentationNetwork {
    let inConv: ConvolutionBlock
    let down: Numbered<Down>
    let bridge: Numbered<Bridge>
    let up: Numbered<Up>
    let aspp: ASPP
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
            channels, levels[0].features, kernel: levels[0].kernel, dropout: levels[0].dropout, norm, squeezesAndExcites: true,
            generator)
        down = try Numbered(steps.map { above, below in try Down(above.features, below, norm, generator) }, from: 1)
        bridge = try Numbered(levels.dropLast().map { try Bridge($0, norm, generator) }, from: 0)
        up = try Numbered(steps.reversed().map { above, below in try Up(below.features, above, norm, generator) }, from: 1)
        aspp = try ASPP(levels[levels.count - 1], norm, generator)
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
        y = try aspp(y, pass)
        for (up, bridge) in zip(up.modules, bridge.modules.reversed()) {
            // Each skip is given away with its last use.
            y = try up(y, skip: bridge(skips.removeLast(), pass), pass)
        }
        return try outConv.scores(y, pass)
    }

    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        var y = try inConv.describe(input, in: &graph)
        var skips: [NetworkGraph.Value] = []
        for down in down.modules {
            skips.append(y)
            y = try down.describe(y, in: &graph)
        }
        y = try aspp.describe(y, in: &graph)
        for (up, bridge) in zip(up.modules, bridge.modules.reversed()) {
            y = try up.describe(y, skip: bridge.describe(skips.removeLast(), in: &graph), in: &graph)
        }
        return try outConv.describe(y, in: &graph)
    }
}

/// Lowers the resolution: z = [max-pooled, average-pooled]; Block(z) + z.
final class Down: Module {
    let conv: ConvolutionBlock
    let stride: [Int]

    /// - Precondition: the level has 2·`inputs` features, or the sum has no meaning.
    init(_ inputs: Int, _ level: NetworkLevel, _ norm: NetworkConfiguration.Normalization, _ generator: Generator) throws {
        conv = try ConvolutionBlock(
            2 * inputs, level.features, kernel: level.kernel, dropout: level.dropout, norm, squeezesAndExcites: true,
            addsInput: true, generator)
        stride = level.stride
    }

    /// [B, C, …] → [B, 2C, … / stride]
    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        if pass.isFused, FusedPooling.takes(input, stride: stride) {
            return try conv(FusedPooling.pool(input, means: true), pass)
        }
        return try conv(.concatenated([input.maxPooled(stride), input.averagePooled(stride)], 1), pass)
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        let (maxima, means) = (graph.add(.maxPool(stride), input), graph.add(.averagePool(stride), input))
        return try conv.describe(graph.add(.concatenate, maxima, means), in: &graph)
    }
}

/// Halves the channels of a skip connection: pointwise convolution → norm → LeakyReLU.
final class Bridge: Module {
    let conv: Sequential

    init(_ level: NetworkLevel, _ norm: NetworkConfiguration.Normalization, _ generator: Generator) throws {
        let half = level.features / 2
        conv = Sequential([
            try Convolution.pointwise(level.features, half, dimensions: level.kernel.count, generator), try norm.layer(half),
            LeakyReLU(),
        ])
    }

    /// [B, C, …] → [B, C/2, …]
    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        if pass.isFused, let fused = FusedBridge(conv) { return try fused(input) }
        return try conv(input, pass.mode)
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        try conv.describe(input, in: &graph)
    }
}

/// Raises the resolution: z = [skip, linear enlargement of 1×1 x]; Block(z) + z.
final class Up: Module {
    let conv1x1: Convolution
    let conv: ConvolutionBlock

    /// - Parameter level: whose skip, of half its features, is joined.
    init(_ inputs: Int, _ level: NetworkLevel, _ norm: NetworkConfiguration.Normalization, _ generator: Generator) throws {
        conv1x1 = try .pointwise(inputs, level.features / 2, dimensions: level.kernel.count, generator)
        conv = try ConvolutionBlock(
            level.features, level.features, kernel: level.kernel, norm, squeezesAndExcites: true, addsInput: true, generator)
    }

    /// [B, Cin, smaller], skip [B, Cout/2, …] → [B, Cout, …]
    func callAsFunction(_ input: Tensor, skip: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try conv(conv1x1.joined(input, skip: skip, pass), pass)
    }

    func describe(
        _ input: NetworkGraph.Value, skip: NetworkGraph.Value, in graph: inout NetworkGraph
    ) throws -> NetworkGraph.Value {
        try conv.describe(conv1x1.describeJoined(input, skip: skip, in: &graph), in: &graph)
    }
}

/// Sees at four scales (Chen et al. 2017): parallel convolutions of dilation 1, 2, 4, 6, joined by 1×1 → norm → LeakyReLU.
final class ASPP: Module {
    let conv_1, conv_2, conv_3, conv_4: Convolution  // PyTorch's names
    let conv_1x1: Sequential

    init(_ level: NetworkLevel, _ norm: NetworkConfiguration.Normalization, _ generator: Generator) throws {
        let (channels, kernel) = (level.features, level.kernel)
        conv_1 = try .pointwise(channels, channels / 4, dimensions: kernel.count, generator)
        conv_2 = try Convolution(channels, channels / 4, kernel: kernel, dilation: 2, generator)
        conv_3 = try Convolution(channels, channels / 4, kernel: kernel, dilation: 4, generator)
        conv_4 = try Convolution(channels, channels / 4, kernel: kernel, dilation: 6, generator)
        conv_1x1 = Sequential([
            try Convolution.pointwise(channels, channels, dimensions: kernel.count, generator), try norm.layer(channels),
            LeakyReLU(),
        ])
    }

    /// [B, C, …] → same
    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
        let scales = try Tensor.concatenated([conv_1, conv_2, conv_3, conv_4].map { try $0(input, pass.mode) }, 1)
        if pass.isFused, let fused = FusedBridge(conv_1x1) { return try fused(scales) }
        return try conv_1x1(scales, pass.mode)
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        let scales = try [conv_1, conv_2, conv_3, conv_4].map { try $0.describe(input, in: &graph) }
        return try conv_1x1.describe(graph.add(.concatenate, scales), in: &graph)
    }
}
