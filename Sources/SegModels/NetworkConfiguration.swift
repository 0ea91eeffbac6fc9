import Torch

/// What a network is built from.
public struct NetworkConfiguration: Sendable, Hashable, Codable {
    public enum Architecture: String, Sendable, Hashable, Codable, CaseIterable {
        case coplenet, unet
    }

    public enum Normalization: String, Sendable, Hashable, Codable, CaseIterable {
        /// GroupNorm of 4 groups, as the paper trains it.
        case group
        /// BatchNorm, as the original COPLE-Net.
        case batch
    }

    public var architecture: Architecture
    /// Channels at the five resolutions, full size first.
    public var features: [Int]
    /// Dropout at the five resolutions of the encoder.
    public var dropout: [Double]
    public var normalization: Normalization
    /// Who computes it where the CPU kernels could.
    public var execution: Execution

    /// The paper's network: 2.6 million parameters.
    public init(
        architecture: Architecture = .coplenet, features: [Int] = [16, 32, 64, 128, 256],
        dropout: [Double] = [0, 0, 0.3, 0.4, 0.5], normalization: Normalization = .group, execution: Execution = .fused
    ) {
        self.architecture = architecture
        self.features = features
        self.dropout = dropout
        self.normalization = normalization
        self.execution = execution
    }

    public init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        architecture = try container.decode(Architecture.self, forKey: .architecture)
        features = try container.decode([Int].self, forKey: .features)
        dropout = try container.decode([Double].self, forKey: .dropout)
        normalization = try container.decode(Normalization.self, forKey: .normalization)
        // Checkpoints of before there was a choice do not name it.
        execution = try container.decodeIfPresent(Execution.self, forKey: .execution) ?? .fused
    }

    /// Builds the network with PyTorch's default starting values.
    ///
    /// - Throws: `NetworkConfigurationError` for sizes that make no network.
    public func makeNetwork(
        channels: Int, classes: Int, generator: Generator
    ) throws -> any SegmentationNetwork {
        try validate()
        return switch architecture {
        case .coplenet: try CopleNet(channels: channels, classes: classes, self, execution: execution, generator)
        case .unet: try UNet(channels: channels, classes: classes, self, execution: execution, generator)
        }
    }

    /// - Throws: `NetworkConfigurationError` for sizes that make no network.
    public func validate() throws {
        // Bridges halve the channels, and each half is normalised in 4 groups.
        guard features.count == 5, features.allSatisfy({ $0 > 0 && $0 % 8 == 0 }) else {
            throw NetworkConfigurationError(key: "features", expected: "five positive multiples of 8", found: "\(features)")
        }
        // COPLE-Net adds a block's input, both poolings of one resolution, to its output at the next.
        guard architecture != .coplenet || zip(features, features.dropFirst()).allSatisfy({ $0 == $1 / 2 }) else {
            throw NetworkConfigurationError(
                key: "features", expected: "each twice the one before for coplenet", found: "\(features)")
        }
        guard dropout.count == 5, dropout.allSatisfy({ (0..<1).contains($0) }) else {
            throw NetworkConfigurationError(key: "dropout", expected: "five probabilities in [0, 1)", found: "\(dropout)")
        }
    }
}

/// A network configuration that makes no network.
public struct NetworkConfigurationError: Error, CustomStringConvertible, Equatable {
    public let key: String
    public let expected: String
    public let found: String

    public var description: String { "\(key): expected \(expected), found \(found)" }
}

extension Execution: Codable {}
