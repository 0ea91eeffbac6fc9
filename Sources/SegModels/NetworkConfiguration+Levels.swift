import Torch

extension NetworkConfiguration {
    /// The levels that it describes, full size first.
    ///
    /// - Precondition: `validate()` holds.
    public var levels: [NetworkLevel] {
        // A residual block has two convolutions.
        let down = encoderBlocks.map { architecture == .residualEncoderUNet ? 2 * $0 : $0 }
        let up = blocksOfDecoder + [0]
        return features.indices.map { level in
            NetworkLevel(
                features: features[level], dropout: dropout[level], kernel: kernels?[level] ?? each(3),
                stride: strides?[level] ?? each(level == 0 ? 1 : 2), convolutions: down[level] + up[level])
        }
    }

    /// Convolutions, or residual blocks, of each level of the encoder.
    public var encoderBlocks: [Int] {
        if let blocks { return blocks }
        let residual = [1, 3, 4]
        return features.indices.map { level in
            architecture != .residualEncoderUNet ? 2 : level < residual.count ? residual[level] : 6
        }
    }

    /// Convolutions of each level of the decoder, full size first; the lowest level has none.
    public var blocksOfDecoder: [Int] {
        decoderBlocks ?? Array(repeating: architecture == .residualEncoderUNet ? 1 : 2, count: features.count - 1)
    }

    /// Pixels of the lowest level, for images of these sizes.
    ///
    /// - Parameter sizes: [H, W] or [D, H, W].
    /// - Precondition: `validate()` holds.
    package func lowestCount(sizes: [Int]) -> Int {
        zip(sizes, sizeMultiples).map { ($0 + $1 - 1) / $1 }.reduce(1, *)
    }

    /// Whether levels are joined by strided convolutions, so that blocks and heads can be chosen.
    package var isDynamic: Bool { [.plainConvUNet, .residualEncoderUNet].contains(architecture) }

    /// Images are padded to multiples of these, [D, H, W] or [H, W].
    ///
    /// - Precondition: `validate()` holds.
    public var sizeMultiples: [Int] { levels.sizeMultiples }

    /// Bytes of activations that a step on a batch keeps at least.
    ///
    /// - Parameters:
    ///   - sizes: of an image, [H, W] or [D, H, W].
    ///   - dtype: of the activations.
    /// - Precondition: `validate()` holds.
    public func leastTrainingBytes(batch: Int, sizes: [Int], dtype: DType) -> Int {
        batch * levels.leastTrainingBytes(sizes: sizes, width: dtype.size)
    }

    private func each(_ size: Int) -> [Int] { Array(repeating: size, count: dimensions) }
}

extension [NetworkLevel] {
    /// By what the last level is smaller than the first, along each axis.
    var sizeMultiples: [Int] {
        dropFirst().reduce(self[0].stride) { multiples, level in zip(multiples, level.stride).map(*) }
    }

    /// Bytes of the float32 activations that stand at once, at most, while one image goes down and up these levels without a
    /// gradient.
    ///
    /// A level takes nine times its activations beside the skips of those above it: its own skip, the two that it joins, what its
    /// convolutions read, arrange and write, and freed memory that the allocator keeps. Measured were 8 to 10.
    func evaluationBytes(classes: Int, sizes: [Int]) -> Int {
        var skips = 0
        var most = 0
        for own in activations(sizes: sizes) {
            most = Swift.max(most, skips + 9 * own)
            skips += own
        }
        return 4 * (most + 2 * classes * sizes.reduce(1, *))
    }

    /// Numbers of one image's activations at each level, full size first.
    private func activations(sizes: [Int]) -> [Int] {
        var lengths = zip(sizes, sizeMultiples).map { ($0 + $1 - 1) / $1 * $1 }
        return map { level in
            lengths = zip(lengths, level.stride).map(/)
            return level.features * lengths.reduce(1, *)
        }
    }

    /// Bytes of what the gradient of one image cannot do without: the inputs of a level's convolutions.
    ///
    /// - Parameter width: of a number, in bytes.
    func leastTrainingBytes(sizes: [Int], width: Int) -> Int {
        width * zip(activations(sizes: sizes), map(\.convolutions)).map(*).reduce(0, +)
    }
}

/// One resolution of a network; lists have one number for each spatial axis.
public struct NetworkLevel {
    public let features: Int
    /// Dropout of the encoder here.
    public let dropout: Double
    /// Of the convolutions that see neighbours.
    public let kernel: [Int]
    /// By what the level above is pooled; 1 leaves an axis as it is.
    public let stride: [Int]
    /// That see neighbours here, on the way down and up.
    public let convolutions: Int
}
