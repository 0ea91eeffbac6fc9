import CTorch

/// The operations networks are made of, on [B, C, …] with 1 to 3 spatial axes: [B, C, W], [B, C, H, W], [B, C, D, H, W].
///
/// Lists of sizes have one number for each spatial axis.
extension Tensor {
    /// A convolution.
    ///
    /// - Parameters:
    ///   - weight: [Cout, Cin / groups, kernel…]
    ///   - bias: [Cout]
    ///   - stride: nil for 1 along each axis.
    ///   - padding: zeros before and behind each axis; nil for none.
    public func convolved(
        _ weight: Tensor, bias: Tensor?, stride: [Int]? = nil, padding: [Int]? = nil, dilation: Int = 1, groups: Int = 1
    ) throws(TorchError) -> Tensor {
        let spatial = weight.rank - 2
        for sizes in [padding, stride].compactMap(\.self) {
            precondition(sizes.count == spatial, "\(sizes) for \(spatial) spatial axes")
        }
        func each(_ value: Int) -> [Int64] { Array(repeating: Int64(value), count: spatial) }
        return try make("convolution", [self, weight]) {
            libtorch.convolution(
                raw, weight.raw, bias?.raw ?? ct_tensor(), spatial, stride?.map(Int64.init) ?? each(1),
                padding?.map(Int64.init) ?? each(0),
                each(dilation), false, each(0), Int64(groups), $0)
        }
    }

    /// A transposed convolution; `weight`: [Cin, Cout / groups, kernel…].
    ///
    /// - Parameter stride: nil for 1 along each axis.
    public func transposeConvolved(
        _ weight: Tensor, bias: Tensor?, stride: [Int]? = nil, padding: Int = 0
    ) throws(TorchError) -> Tensor {
        let spatial = weight.rank - 2
        precondition(stride.map { $0.count == spatial } ?? true, "\(stride ?? []) for \(spatial) spatial axes")
        func each(_ value: Int) -> [Int64] { Array(repeating: Int64(value), count: spatial) }
        return try make("transposed convolution", [self, weight]) {
            libtorch.convolution(
                raw, weight.raw, bias?.raw ?? ct_tensor(), spatial, stride?.map(Int64.init) ?? each(1), each(padding), each(1),
                true, each(0), 1, $0)
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

    /// Normalises each channel of each sample by itself.
    public func instanceNormalized(weight: Tensor?, bias: Tensor?, epsilon: Double = 1e-5) throws(TorchError) -> Tensor {
        try make("instance_norm", [self]) {
            libtorch.instance_norm(raw, weight?.raw ?? ct_tensor(), bias?.raw ?? ct_tensor(), epsilon, $0)
        }
    }

    /// The maxima of windows side by side; a window of 1 leaves an axis as it is.
    public func maxPooled(_ window: [Int]) throws(TorchError) -> Tensor {
        let sizes = window.map(Int64.init)
        return try make("max_pool", [self]) { libtorch.max_pool(raw, sizes.count, sizes, sizes, $0) }
    }

    /// The means of windows side by side; a window of 1 leaves an axis as it is.
    public func averagePooled(_ window: [Int]) throws(TorchError) -> Tensor {
        let sizes = window.map(Int64.init)
        return try make("avg_pool", [self]) { libtorch.avg_pool(raw, sizes.count, sizes, sizes, $0) }
    }

    /// Interpolates along every spatial axis: linear, bilinear or trilinear.
    public func upsampledLinear(to size: [Int], alignCorners: Bool) throws(TorchError) -> Tensor {
        let sizes = size.map(Int64.init)
        return try make("upsample_linear", [self]) { libtorch.upsample_linear(raw, sizes.count, sizes, alignCorners, $0) }
    }

    public func upsampledNearest(to size: [Int]) throws(TorchError) -> Tensor {
        let sizes = size.map(Int64.init)
        return try make("upsample_nearest", [self]) { libtorch.upsample_nearest(raw, sizes.count, sizes, $0) }
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
