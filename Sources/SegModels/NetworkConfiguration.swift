/// What a network is built from.
public struct NetworkConfiguration: Sendable, Hashable, Codable {
    public enum Architecture: String, Sendable, Hashable, Codable, CaseIterable {
        case coplenet, unet
        /// U-Net with strided convolutions, as nnU-Net plans it.
        case plainConvUNet = "plain_conv_unet"
        /// The same with residual blocks in the encoder, nnU-Net's ResEnc.
        case residualEncoderUNet = "residual_encoder_unet"
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
    /// Convolutions of each level of the encoder of a `plain_conv_unet`, residual blocks of a `residual_encoder_unet`; nil for nnU-Net's:
    /// 2 everywhere, or 1, 3, 4, 6, 6, ….
    public var blocks: [Int]?
    /// Convolutions of each level of the decoder of both, full size first; nil for nnU-Net's: 2 or 1 everywhere.
    public var decoderBlocks: [Int]?
    /// Whether training scores each resolution of the decoder of both but the lowest.
    public var deepSupervision: Bool
    public var normalization: Normalization
    /// Who computes it where the CPU kernels could.
    public var execution: Execution

    /// The paper's network: 2.6 million parameters.
    public init(
        architecture: Architecture = .coplenet, dimensions: Int = 2, features: [Int] = [16, 32, 64, 128, 256],
        dropout: [Double] = [0, 0, 0.3, 0.4, 0.5], kernels: [[Int]]? = nil, strides: [[Int]]? = nil,
        blocks: [Int]? = nil, decoderBlocks: [Int]? = nil, deepSupervision: Bool = false, normalization: Normalization = .group,
        execution: Execution = .fused
    ) {
        self.architecture = architecture
        self.dimensions = dimensions
        self.features = features
        self.dropout = dropout
        self.kernels = kernels
        self.strides = strides
        self.blocks = blocks
        self.decoderBlocks = decoderBlocks
        self.deepSupervision = deepSupervision
        self.normalization = normalization
        self.execution = execution
    }

    enum CodingKeys: String, CodingKey {
        case architecture, dimensions, features, dropout, kernels, strides, blocks, normalization, execution
        case decoderBlocks = "decoder_blocks"
        case deepSupervision = "deep_supervision"
    }

    public init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        architecture = try container.decode(Architecture.self, forKey: .architecture)
        features = try container.decode([Int].self, forKey: .features)
        dropout = try container.decode([Double].self, forKey: .dropout)
        normalization = try container.decode(Normalization.self, forKey: .normalization)
        kernels = try container.decodeIfPresent([[Int]].self, forKey: .kernels)
        strides = try container.decodeIfPresent([[Int]].self, forKey: .strides)
        blocks = try container.decodeIfPresent([Int].self, forKey: .blocks)
        decoderBlocks = try container.decodeIfPresent([Int].self, forKey: .decoderBlocks)
        // Checkpoints of before there was a choice do not name these.
        deepSupervision = try container.decodeIfPresent(Bool.self, forKey: .deepSupervision) ?? false
        dimensions = try container.decodeIfPresent(Int.self, forKey: .dimensions) ?? 2
        execution = try container.decodeIfPresent(Execution.self, forKey: .execution) ?? .fused
    }
}

extension Execution: Codable {}
