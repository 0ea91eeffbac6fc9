import Torch
import TorchNN

extension NetworkConfiguration {
    /// Builds the network with PyTorch's default starting values, or nnU-Net's for its networks: He's normal, biases 0.
    ///
    /// - Throws: `NetworkConfigurationError` for sizes that make no network.
    public func makeNetwork(
        channels: Int, classes: Int, generator: Generator
    ) throws -> any SegmentationNetwork {
        try validate()
        return switch architecture {
        case .coplenet: try CopleNet(channels: channels, classes: classes, self, generator)
        case .unet: try UNet(channels: channels, classes: classes, self, generator)
        case .plainConvUNet: try DynamicUNet<PlainEncoder>(channels: channels, classes: classes, self, generator)
        case .residualEncoderUNet: try DynamicUNet<ResidualEncoder>(channels: channels, classes: classes, self, generator)
        }
    }
}

extension NetworkConfiguration.Normalization {
    func layer(_ channels: Int) throws -> any Layer {
        switch self {
        case .group: try GroupNorm(groups: 4, channels: channels)
        case .batch: try BatchNorm(channels: channels)
        case .instance: try InstanceNorm(channels: channels)
        }
    }
}
