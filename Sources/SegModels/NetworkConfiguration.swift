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
        /// InstanceNorm, as networks for volumes have it: their batches are small.
        case instance
    }

    public var architecture: Architecture
    /// 2 for planes, 3 for volumes.
    public var dimensions: Int
    /// Channels of each level, full size first.
    public var features: [Int]
    /// Dropout of each level of the encoder.
    public var dropout: [Double]
    /// Sizes of each level's convolutions along the axes, [D, H, W] or [H, W]; nil for 3 everywhere.
    public var kernels: [[Int]]?
    /// By what each level is smaller than the one before along the axes, [D, H, W] or [H, W]; nil for 2 everywhere but at the
    /// first level. Volumes whose planes lie far apart are not pooled across them: 1.
    public var strides: [[Int]]?
    public var normalization: Normalization
    /// Who computes it where the CPU kernels could.
    public var execution: Execution

    /// The paper's network: 2.6 million parameters.
    public init(
        architecture: Architecture = .coplenet, dimensions: Int = 2, features: [Int] = [16, 32, 64, 128, 256],
        dropout: [Double] = [0, 0, 0.3, 0.4, 0.5], kernels: [[Int]]? = nil, strides: [[Int]]? = nil,
        normalization: Normalization = .group, execution: Execution = .fused
    ) {
        self.architecture = architecture
        self.dimensions = dimensions
        self.features = features
        self.dropout = dropout
        self.kernels = kernels
        self.strides = strides
        self.normalization = normalization
        self.execution = execution
    }

    public init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        architecture = try container.decode(Architecture.self, forKey: .architecture)
        features = try container.decode([Int].self, forKey: .features)
        dropout = try container.decode([Double].self, forKey: .dropout)
        normalization = try container.decode(Normalization.self, forKey: .normalization)
        kernels = try container.decodeIfPresent([[Int]].self, forKey: .kernels)
        strides = try container.decodeIfPresent([[Int]].self, forKey: .strides)
        // Checkpoints of before there was a choice do not name these.
        dimensions = try container.decodeIfPresent(Int.self, forKey: .dimensions) ?? 2
        execution = try container.decodeIfPresent(Execution.self, forKey: .execution) ?? .fused
    }
}

extension Execution: Codable {}
