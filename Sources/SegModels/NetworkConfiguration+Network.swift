import Torch

extension NetworkConfiguration {
    /// Builds the network with PyTorch's default starting values.
    ///
    /// - Throws: `NetworkConfigurationError` for sizes that make no network.
    public func makeNetwork(
        channels: Int, classes: Int, generator: Generator
    ) throws -> any SegmentationNetwork {
        try validate()
        return switch architecture {
        case .coplenet: try CopleNet(channels: channels, classes: classes, self, generator)
        case .unet: try UNet(channels: channels, classes: classes, self, generator)
        }
    }
}
