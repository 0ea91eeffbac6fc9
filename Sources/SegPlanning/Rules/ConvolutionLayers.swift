/// The convolutions of a planned network on one patch: what its memory and its time follow from.
struct ConvolutionLayers: Sendable, Hashable {
    /// Elements of the outputs of all convolutions, transposed convolutions, residual skips and the last head.
    ///
    /// Source: dynamic-network-architectures, `compute_conv_feature_map_size`.
    private(set) var elements = 0
    /// Multiplications of one pass forward.
    private(set) var multiplications = 0

    /// - Parameters:
    ///   - features: of each level.
    ///   - pooling: strides, kernels and the patch.
    init(_ network: PlannedNetwork, channels: Int, classes: Int, features: [Int], pooling: PoolingPlan) {
        let levels = features.count
        // Voxels of each level.
        var lengths = pooling.patch
        let voxels = pooling.strides.map { stride in
            lengths = zip(lengths, stride).map(/)
            return lengths.reduce(1, *)
        }
        let taps = pooling.kernels.map { $0.reduce(1, *) }
        var inputs = channels
        func add(_ layers: inout Self, from inputs: Int, to outputs: Int, taps: Int, voxels: Int) {
            layers.elements += outputs * voxels
            layers.multiplications += outputs * inputs * taps * voxels
        }
        if network.isResidual {
            add(&self, from: inputs, to: features[0], taps: taps[0], voxels: voxels[0])
            inputs = features[0]
        }
        for (level, blocks) in network.blocks(levels: levels).enumerated() {
            for block in 0..<blocks {
                let isResized = inputs != features[level] || block == 0 && pooling.strides[level].contains(2)
                add(&self, from: inputs, to: features[level], taps: taps[level], voxels: voxels[level])
                if network.isResidual {
                    add(&self, from: features[level], to: features[level], taps: taps[level], voxels: voxels[level])
                    if isResized { add(&self, from: inputs, to: features[level], taps: 1, voxels: voxels[level]) }
                }
                inputs = features[level]
            }
        }
        for (level, blocks) in network.decoderBlocks(levels: levels).enumerated() {
            add(&self, from: features[level + 1], to: features[level], taps: 1, voxels: voxels[level])
            for block in 0..<blocks {
                add(
                    &self, from: features[level] * (block == 0 ? 2 : 1), to: features[level], taps: taps[level],
                    voxels: voxels[level])
            }
        }
        add(&self, from: features[0], to: classes, taps: 1, voxels: voxels[0])
    }
}
