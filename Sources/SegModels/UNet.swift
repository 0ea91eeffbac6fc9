import Torch
import TorchNN

/// U-Net (Ronneberger et al. 2015) with padded convolutions: max pooling down, bilinear up-sampling, skip connections.
///
/// Same widths, normalisation and dropout as `CopleNet`, and the same names where the parts are the same.
public final class UNet: Module, SegmentationNetwork {
    let inConv: ConvolutionBlock
    let down1, down2, down3, down4: PlainDown
    let up1, up2, up3, up4: PlainUp
    let outConv: Conv2d
    public let channelCount: Int
    public let classCount: Int
    let execution: Execution
    public var sizeMultiple: Int { 16 }

    /// - Precondition: `configuration.validate()` holds.
    public init(
        channels: Int, classes: Int, _ configuration: NetworkConfiguration, execution: Execution = .fused, _ generator: Generator
    ) throws {
        let f = configuration.features
        let p = configuration.dropout
        let norm = configuration.normalization
        inConv = try ConvolutionBlock(
            channels, f[0], dropout: p[0], norm, squeezesAndExcites: false, execution: execution, generator)
        down1 = try PlainDown(f[0], f[1], dropout: p[1], norm, execution: execution, generator)
        down2 = try PlainDown(f[1], f[2], dropout: p[2], norm, execution: execution, generator)
        down3 = try PlainDown(f[2], f[3], dropout: p[3], norm, execution: execution, generator)
        down4 = try PlainDown(f[3], f[4], dropout: p[4], norm, execution: execution, generator)
        up1 = try PlainUp(f[4], f[3], norm, execution: execution, generator)
        up2 = try PlainUp(f[3], f[2], norm, execution: execution, generator)
        up3 = try PlainUp(f[2], f[1], norm, execution: execution, generator)
        up4 = try PlainUp(f[1], f[0], norm, execution: execution, generator)
        outConv = try Conv2d(f[0], classes, kernel: 3, generator)
        channelCount = channels
        classCount = classes
        self.execution = execution
    }

    public func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let x0 = try inConv(images, mode)  // [B, f0, H, W]
        let x1 = try down1(x0, mode)
        let x2 = try down2(x1, mode)
        let x3 = try down3(x2, mode)
        let x4 = try down4(x3, mode)  // [B, f4, H/16, W/16]
        var y = try up1(x4, skip: x3, mode)
        y = try up2(y, skip: x2, mode)
        y = try up3(y, skip: x1, mode)
        y = try up4(y, skip: x0, mode)  // [B, f0, H, W]
        return try outConv.scores(y, mode, execution)
    }
}

/// Max pooling, then a block: [B, Cin, H, W] → [B, Cout, H/2, W/2].
final class PlainDown: Module, Layer {
    let conv: ConvolutionBlock
    let execution: Execution

    init(
        _ inputs: Int, _ outputs: Int, dropout: Double, _ norm: NetworkConfiguration.Normalization,
        execution: Execution = .fused, _ generator: Generator
    ) throws {
        conv = try ConvolutionBlock(
            inputs, outputs, dropout: dropout, norm, squeezesAndExcites: false, execution: execution, generator)
        self.execution = execution
    }

    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        if execution.fuses(input), FusedPooling.takes(input) { return try conv(FusedPooling.pool(input, means: false), mode) }
        return try conv(input.maxPooled(2), mode)
    }
}

/// 1×1 convolution to the skip's width, bilinear doubling, a block on both.
final class PlainUp: Module {
    let conv1x1: Conv2d
    let conv: ConvolutionBlock
    let execution: Execution

    init(
        _ inputs: Int, _ outputs: Int, _ norm: NetworkConfiguration.Normalization, execution: Execution = .fused,
        _ generator: Generator
    ) throws {
        conv1x1 = try Conv2d(inputs, outputs, kernel: 1, generator)
        conv = try ConvolutionBlock(
            2 * outputs, outputs, dropout: 0, norm, squeezesAndExcites: false, execution: execution, generator)
        self.execution = execution
    }

    /// [B, Cin, H/2, W/2], skip [B, Cout, H, W] → [B, Cout, H, W]
    func callAsFunction(_ input: Tensor, skip: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try conv(conv1x1.joined(input, skip: skip, mode, execution), mode)
    }
}
