extension NetworkConfiguration {
    /// - Throws: `NetworkConfigurationError` for sizes that make no network.
    public func validate() throws {
        try require((2...3).contains(dimensions), "dimensions", "2 or 3", dimensions)
        // Bridges halve the channels, and each half is normalised in 4 groups.
        try require(
            (2...8).contains(features.count) && features.allSatisfy { $0 > 0 && $0 % 8 == 0 }, "features",
            "2 to 8 positive multiples of 8", features)
        // COPLE-Net adds a block's input, both poolings of one resolution, to its output at the next.
        try require(
            architecture != .coplenet || zip(features, features.dropFirst()).allSatisfy { $0 == $1 / 2 }, "features",
            "each twice the one before for coplenet", features)
        let levels = features.count
        try require(
            dropout.count == levels && dropout.allSatisfy { (0..<1).contains($0) }, "dropout",
            "\(levels) probabilities in [0, 1), one for each of the features", dropout)
        if let kernels {
            try require(
                isComplete(kernels) { [1, 3, 5, 7].contains($0) }, "kernels",
                "\(levels) lists of \(dimensions) numbers of 1, 3, 5, 7", kernels)
        }
        if let blocks {
            try require(
                isDynamic && blocks.count == levels && blocks.allSatisfy { (1...32).contains($0) }, "blocks",
                isDynamic ? "a list of \(levels) whole numbers from 1 to 32, one for each of the features" : otherArchitecture,
                blocks)
        }
        if let decoderBlocks {
            try require(
                isDynamic && decoderBlocks.count == levels - 1 && decoderBlocks.allSatisfy { (1...32).contains($0) },
                "decoder_blocks",
                isDynamic
                    ? "a list of \(levels - 1) whole numbers from 1 to 32, one for each level but the lowest" : otherArchitecture,
                decoderBlocks)
        }
        try require(isDynamic || !deepSupervision, "deep_supervision", otherArchitecture, deepSupervision)
        if let strides {
            try require(
                isComplete(strides) { [1, 2].contains($0) } && strides[0].allSatisfy { $0 == 1 }, "strides",
                "\(levels) lists of \(dimensions) numbers of 1 and 2, of 1 alone in the first", strides)
        }
    }

    private var otherArchitecture: String {
        "plain_conv_unet or residual_encoder_unet (network.architecture), as \(architecture.rawValue) has none"
    }

    private func isComplete(_ sizes: [[Int]], _ isSize: (Int) -> Bool) -> Bool {
        sizes.count == features.count && sizes.allSatisfy { $0.count == dimensions && $0.allSatisfy(isSize) }
    }

    private func require(_ holds: Bool, _ key: String, _ expected: String, _ found: Any) throws {
        guard !holds else { return }
        throw NetworkConfigurationError(key: key, expected: expected, found: "\(found)")
    }
}

/// A network configuration that makes no network.
public struct NetworkConfigurationError: Error, CustomStringConvertible, Equatable {
    public let key: String
    public let expected: String
    public let found: String

    public var description: String { "\(key): expected \(expected), found \(found)" }
}
