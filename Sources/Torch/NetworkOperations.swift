import CTorch

/// The operations networks are made of, on [B, C, H, W].
extension Tensor {
    /// A convolution of any number of spatial axes.
    ///
    /// - Parameters:
    ///   - weight: [Cout, Cin / groups, kernel…]
    ///   - bias: [Cout]
    public func convolved(
        _ weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
    ) throws(TorchError) -> Tensor {
        let spatial = weight.rank - 2
        func each(_ value: Int) -> [Int64] { Array(repeating: Int64(value), count: spatial) }
        return try make("convolution", [self, weight]) {
            libtorch.convolution(
                raw, weight.raw, bias?.raw ?? ct_tensor(), spatial, each(stride), each(padding), each(dilation), false, each(0),
                Int64(groups), $0)
        }
    }

    /// A transposed convolution; `weight`: [Cin, Cout / groups, kernel…].
    public func transposeConvolved(
        _ weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0
    ) throws(TorchError) -> Tensor {
        let spatial = weight.rank - 2
        func each(_ value: Int) -> [Int64] { Array(repeating: Int64(value), count: spatial) }
        return try make("transposed convolution", [self, weight]) {
            libtorch.convolution(
                raw, weight.raw, bias?.raw ?? ct_tensor(), spatial, each(stride), each(padding), each(1), true, each(0), 1, $0)
        }
    }

    public func groupNormalized(_ groups: Int, weight: Tensor?, bias: Tensor?, epsilon: Double = 1e-5) throws(TorchError)
        -> Tensor
    {
        try make("group_norm", [self]) {
            libtorch.group_norm(raw, Int64(groups), weight?.raw ?? ct_tensor(), bias?.raw ?? ct_tensor(), epsilon, $0)
        }
    }

    /// In training the running statistics are updated in place: r ← (1 − momentum)·r + momentum·batch.
    public func batchNormalized(
        weight: Tensor?, bias: Tensor?, runningMean: Tensor, runningVariance: Tensor, isTraining: Bool, momentum: Double = 0.1,
        epsilon: Double = 1e-5
    ) throws(TorchError) -> Tensor {
        try make("batch_norm", [self]) {
            libtorch.batch_norm(
                raw, weight?.raw ?? ct_tensor(), bias?.raw ?? ct_tensor(), runningMean.raw, runningVariance.raw, isTraining,
                momentum, epsilon, $0)
        }
    }

    public func maxPooled(_ kernel: Int) throws(TorchError) -> Tensor {
        try make("max_pool2d", [self]) { libtorch.max_pool2d(raw, Int64(kernel), Int64(kernel), $0) }
    }

    public func averagePooled(_ kernel: Int) throws(TorchError) -> Tensor {
        try make("avg_pool2d", [self]) { libtorch.avg_pool2d(raw, Int64(kernel), Int64(kernel), $0) }
    }

    public func upsampledBilinear(height: Int, width: Int, alignCorners: Bool) throws(TorchError) -> Tensor {
        try make("upsample_bilinear2d", [self]) {
            libtorch.upsample_bilinear2d(raw, Int64(height), Int64(width), alignCorners, $0)
        }
    }

    public func upsampledNearest(height: Int, width: Int) throws(TorchError) -> Tensor {
        try make("upsample_nearest2d", [self]) { libtorch.upsample_nearest2d(raw, Int64(height), Int64(width), $0) }
    }

    /// Mean over the pixels whose label is not `ignoring`, of −w_y ln softmax(self)_y; with weights, divided by their sum.
    ///
    /// - Parameters:
    ///   - labels: [B, …], int64.
    ///   - weight: [C].
    public func crossEntropy(labels: Tensor, weight: Tensor? = nil, ignoring: Int = -100) throws(TorchError) -> Tensor {
        try make("cross_entropy", [self, labels]) {
            libtorch.cross_entropy(raw, labels.raw, weight?.raw ?? ct_tensor(), Int64(ignoring), $0)
        }
    }
}
