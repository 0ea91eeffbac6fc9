import TorchNN

extension NetworkConfiguration.Normalization {
    func layer(_ channels: Int) throws -> any Layer {
        switch self {
        case .group: try GroupNorm(groups: 4, channels: channels)
        case .batch: try BatchNorm(channels: channels)
        case .instance: try InstanceNorm(channels: channels)
        }
    }
}
