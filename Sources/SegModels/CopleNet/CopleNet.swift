import Torch
import TorchNN

/// COPLE-Net (Wang et al. 2020, A Noise-robust Framework for Automatic Segmentation of COVID-19 Pneumonia Lesions from CT
/// Images), as the paper trains it: f = [16, 32, 64, 128, 256], GroupNorm, LeakyReLU 0.01, biases everywhere.
///
/// An encoder that concatenates maximum and average pooling, bridges that halve the skip connections, dilated convolutions
/// at the bottom (ASPP), and a decoder of bilinear up-sampling. State names are those of the PyTorch implementation.
public final class CopleNet: Module, SegmentationNetwork {
    let inConv: ConvolutionBlock
    let down1, down2, down3, down4: Down
    let bridge0, bridge1, bridge2, bridge3: Bridge
    let up1, up2, up3, up4: Up
    let aspp: ASPP
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
            channels, f[0], dropout: p[0], norm, squeezesAndExcites: true, execution: execution, generator)
        down1 = try Down(f[0], f[1], dropout: p[1], norm, execution: execution, generator)
        down2 = try Down(f[1], f[2], dropout: p[2], norm, execution: execution, generator)
        down3 = try Down(f[2], f[3], dropout: p[3], norm, execution: execution, generator)
        down4 = try Down(f[3], f[4], dropout: p[4], norm, execution: execution, generator)
        bridge0 = try Bridge(f[0], norm, execution: execution, generator)
        bridge1 = try Bridge(f[1], norm, execution: execution, generator)
        bridge2 = try Bridge(f[2], norm, execution: execution, generator)
        bridge3 = try Bridge(f[3], norm, execution: execution, generator)
        up1 = try Up(f[4], skip: f[3] / 2, f[3], norm, execution: execution, generator)
        up2 = try Up(f[3], skip: f[2] / 2, f[2], norm, execution: execution, generator)
        up3 = try Up(f[2], skip: f[1] / 2, f[1], norm, execution: execution, generator)
        up4 = try Up(f[1], skip: f[0] / 2, f[0], norm, execution: execution, generator)
        aspp = try ASPP(f[4], norm, execution: execution, generator)
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
        let x4 = try aspp(down4(x3, mode), mode)  // [B, f4, H/16, W/16]
        var y = try up1(x4, skip: bridge3(x3, mode), mode)
        y = try up2(y, skip: bridge2(x2, mode), mode)
        y = try up3(y, skip: bridge1(x1, mode), mode)
        y = try up4(y, skip: bridge0(x0, mode), mode)  // [B, f0, H, W]
        return try outConv.scores(y, mode, execution)
    }
}

/// Halves the resolution: z = [max-pooled, average-pooled]; Block(z) + z.
final class Down: Module, Layer {
    let conv: ConvolutionBlock
    let execution: Execution

    /// - Precondition: `outputs` = 2·`inputs`, or the sum has no meaning.
    init(
        _ inputs: Int, _ outputs: Int, dropout: Double, _ norm: NetworkConfiguration.Normalization,
        execution: Execution = .fused, _ generator: Generator
    ) throws {
        conv = try ConvolutionBlock(
            2 * inputs, outputs, dropout: dropout, norm, squeezesAndExcites: true, addsInput: true, execution: execution,
            generator)
        self.execution = execution
    }

    /// [B, C, H, W] → [B, 2C, H/2, W/2]
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        if execution.fuses(input), FusedPooling.takes(input) { return try conv(FusedPooling.pool(input, means: true), mode) }
        return try conv(.concatenated([input.maxPooled(2), input.averagePooled(2)], 1), mode)
    }
}

/// Halves the channels of a skip connection: 1×1 convolution → norm → LeakyReLU.
final class Bridge: Module, Layer {
    let conv: Sequential
    let execution: Execution

    init(
        _ inputs: Int, _ norm: NetworkConfiguration.Normalization, execution: Execution = .fused, _ generator: Generator
    ) throws {
        conv = Sequential([try Conv2d(inputs, inputs / 2, kernel: 1, generator), try norm.layer(inputs / 2), LeakyReLU()])
        self.execution = execution
    }

    /// [B, C, H, W] → [B, C/2, H, W]
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        if execution.fuses(input), let fused = FusedBridge(conv) { return try fused(input) }
        return try conv(input, mode)
    }
}

/// Doubles the resolution: z = [skip, bilinear(1×1 x)]; Block(z) + z.
final class Up: Module {
    let conv1x1: Conv2d
    let conv: ConvolutionBlock
    let execution: Execution

    /// - Precondition: `outputs` = 2·`skip`, or the sum has no meaning.
    init(
        _ inputs: Int, skip: Int, _ outputs: Int, _ norm: NetworkConfiguration.Normalization, execution: Execution = .fused,
        _ generator: Generator
    ) throws {
        conv1x1 = try Conv2d(inputs, skip, kernel: 1, generator)
        conv = try ConvolutionBlock(
            2 * skip, outputs, dropout: 0, norm, squeezesAndExcites: true, addsInput: true, execution: execution, generator)
        self.execution = execution
    }

    /// [B, Cin, H/2, W/2], skip [B, Cskip, H, W] → [B, 2·Cskip, H, W]
    func callAsFunction(_ input: Tensor, skip: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try conv(conv1x1.joined(input, skip: skip, mode, execution), mode)
    }
}

/// Sees at four scales (Chen et al. 2017): parallel convolutions of dilation 1, 2, 4, 6, joined by 1×1 → norm → LeakyReLU.
final class ASPP: Module, Layer {
    let conv_1, conv_2, conv_3, conv_4: Conv2d  // PyTorch's names
    let conv_1x1: Sequential
    let execution: Execution

    init(
        _ channels: Int, _ norm: NetworkConfiguration.Normalization, execution: Execution = .fused, _ generator: Generator
    ) throws {
        conv_1 = try Conv2d(channels, channels / 4, kernel: 1, generator)
        conv_2 = try Conv2d(channels, channels / 4, kernel: 3, dilation: 2, generator)
        conv_3 = try Conv2d(channels, channels / 4, kernel: 3, dilation: 4, generator)
        conv_4 = try Conv2d(channels, channels / 4, kernel: 3, dilation: 6, generator)
        conv_1x1 = Sequential([try Conv2d(channels, channels, kernel: 1, generator), try norm.layer(channels), LeakyReLU()])
        self.execution = execution
    }

    /// [B, C, H, W] → same
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let scales = try Tensor.concatenated([conv_1, conv_2, conv_3, conv_4].map { try $0(input, mode) }, 1)
        if execution.fuses(scales), let fused = FusedBridge(conv_1x1) { return try fused(scales) }
        return try conv_1x1(scales, mode)
    }
}
