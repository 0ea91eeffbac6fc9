import Torch
import TorchNN

/// U-Net with strided convolutions down and transposed convolutions up, as nnU-Net plans it (Isensee et al. 2021), of 2 or 3
/// dimensions and any levels, with a head at each resolution of the decoder for deep supervision.
///
/// Its encoder is one of plain convolutions or of residual blocks (nnU-Net's ResEnc plans, Isensee et al. 2024). State names are those
/// of dynamic-network-architectures' `PlainConvUNet` and `ResidualEncoderUNet`.
final class DynamicUNet<Encoder: UNetEncoder>: Module, SegmentationNetwork {
    let encoder: Encoder
    let decoder: SegmentationDecoder
    let channelCount: Int
    let classCount: Int
    let headCount: Int
    let levels: [NetworkLevel]
    let execution: Execution

    /// - Precondition: `configuration.validate()` holds.
    init(channels: Int, classes: Int, _ configuration: NetworkConfiguration, _ generator: Generator) throws {
        let (levels, norm) = (configuration.levels, configuration.normalization)
        encoder = try Encoder(channels, levels, blocks: configuration.encoderBlocks, norm, generator)
        decoder = try SegmentationDecoder(
            levels, classes: classes, blocks: configuration.blocksOfDecoder.reversed(), norm, generator)
        self.levels = levels
        channelCount = channels
        classCount = classes
        // The lowest resolution of the decoder has no weight in the objective.
        headCount = configuration.deepSupervision ? max(1, levels.count - 2) : 1
        execution = configuration.execution
    }

    /// Files of dynamic-network-architectures name a unit's layers once more as `all_modules`, and the encoder as a part of the
    /// decoder.
    override func ownName(ofStored name: String) -> String? {
        name.hasPrefix("decoder.encoder.") || name.contains(".all_modules.") ? nil : name
    }

    var sizeMultiples: [Int] { levels.sizeMultiples }

    func evaluationBytes(sizes: [Int]) -> Int { levels.evaluationBytes(classes: classCount, sizes: sizes) }

    func headSizes(fitting sizes: [Int]) -> [[Int]] {
        levels.prefix(headCount).reduce(into: []) { all, level in
            all.append(zip(all.last ?? sizes, level.stride).map { $0 / $1 })
        }
    }

    func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor { try scores(images, mode, heads: 1)[0] }

    func fittingHeads(_ images: Tensor, _ mode: ForwardMode) throws -> [Tensor] { try scores(images, mode, heads: headCount) }

    /// The full resolution alone, whatever training scored.
    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        try decoder.describe(encoder.describe(input, in: &graph), in: &graph)
    }

    private func scores(_ images: Tensor, _ mode: ForwardMode, heads: Int) throws -> [Tensor] {
        let pass = ForwardPass(mode, execution, of: images)
        return try decoder(encoder(images, pass), heads: heads, pass)
    }
}

/// The way down of a U-Net.
protocol UNetEncoder: Module {
    /// - Parameters:
    ///   - levels: full size first.
    ///   - blocks: of each level.
    init(
        _ channels: Int, _ levels: [NetworkLevel], blocks: [Int], _ normalization: NetworkConfiguration.Normalization,
        _ generator: Generator) throws

    /// What each level gives, full size first.
    func callAsFunction(_ images: Tensor, _ pass: ForwardPass) throws -> [Tensor]

    /// The same as a graph.
    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> [NetworkGraph.Value]
}

/// Stacks of convolutions, of which each first one has its level's stride.
final class PlainEncoder: Module, UNetEncoder {
    /// Each stage is a list of one, as in PyTorch, where pooling could stand before it.
    let stages: [[ConvolutionStack]]

    init(
        _ channels: Int, _ levels: [NetworkLevel], blocks: [Int], _ normalization: NetworkConfiguration.Normalization,
        _ generator: Generator
    ) throws {
        let inputs = [channels] + levels.map(\.features)
        stages = try zip(levels, zip(inputs, blocks)).map { level, way in
            [
                try ConvolutionStack(
                    way.1, way.0, level, stride: level.stride, dropout: level.dropout, normalization, generator)
            ]
        }
    }

    func callAsFunction(_ images: Tensor, _ pass: ForwardPass) throws -> [Tensor] {
        var outputs: [Tensor] = []
        for stage in stages { outputs.append(try stage.reduce(outputs.last ?? images) { try $1($0, pass) }) }
        return outputs
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> [NetworkGraph.Value] {
        var outputs: [NetworkGraph.Value] = []
        for stage in stages {
            outputs.append(try stage.reduce(outputs.last ?? input) { try $1.describe($0, in: &graph) })
        }
        return outputs
    }
}

/// A convolution at full size, then stacks of residual blocks.
final class ResidualEncoder: Module, UNetEncoder {
    let stem: ConvolutionStack
    let stages: [ResidualStack]

    init(
        _ channels: Int, _ levels: [NetworkLevel], blocks: [Int], _ normalization: NetworkConfiguration.Normalization,
        _ generator: Generator
    ) throws {
        stem = try ConvolutionStack(1, channels, levels[0], normalization, generator)
        let inputs = [levels[0].features] + levels.map(\.features)
        stages = try zip(levels, zip(inputs, blocks)).map { level, way in
            try ResidualStack(way.1, way.0, level, normalization, generator)
        }
    }

    func callAsFunction(_ images: Tensor, _ pass: ForwardPass) throws -> [Tensor] {
        var outputs: [Tensor] = []
        for stage in stages { outputs.append(try stage(outputs.last ?? stem(images, pass), pass)) }
        return outputs
    }

    func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> [NetworkGraph.Value] {
        var outputs: [NetworkGraph.Value] = []
        for stage in stages {
            outputs.append(try stage.describe(outputs.last ?? stem.describe(input, in: &graph), in: &graph))
        }
        return outputs
    }
}
