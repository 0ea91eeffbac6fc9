import CTorch

/// Reductions over the given axes, or over all where none is named; negative axes count from the last.
extension Tensor {
    public func sum(_ axes: [Int] = [], keepingAxes: Bool = false) throws(TorchError) -> Tensor {
        try reduced("sum", CT_SUM, axes, keepingAxes)
    }

    public func mean(_ axes: [Int] = [], keepingAxes: Bool = false) throws(TorchError) -> Tensor {
        try reduced("mean", CT_MEAN, axes, keepingAxes)
    }

    /// The largest element; the gradient is shared evenly among equal ones.
    public func max(_ axes: [Int] = [], keepingAxes: Bool = false) throws(TorchError) -> Tensor {
        try reduced("amax", CT_AMAX, axes, keepingAxes)
    }

    public func min(_ axes: [Int] = [], keepingAxes: Bool = false) throws(TorchError) -> Tensor {
        try reduced("amin", CT_AMIN, axes, keepingAxes)
    }

    public func logSumExp(_ axes: [Int], keepingAxes: Bool = false) throws(TorchError) -> Tensor {
        try reduced("logsumexp", CT_LOGSUMEXP, axes, keepingAxes)
    }

    private func reduced(
        _ name: String, _ reduction: ct_reduction, _ axes: [Int], _ keepingAxes: Bool
    ) throws(TorchError) -> Tensor {
        let axes = axes.map(Int64.init)
        return try make(name, [self]) { libtorch.reduce(reduction, raw, axes, axes.count, keepingAxes, $0) }
    }

    /// Index, int64, of the largest element along an axis; the first one of equals.
    public func argmax(_ axis: Int, keepingAxis: Bool = false) throws(TorchError) -> Tensor {
        try make("argmax", [self]) { libtorch.argmax(raw, Int64(axis), keepingAxis, $0) }
    }

    /// How often each whole number below `count` occurs in a vector of such numbers (int64): int64 [count].
    public func binCounts(_ count: Int) throws(TorchError) -> Tensor {
        try make("bin counts", [self]) { libtorch.bin_counts(raw, Int64(count), $0) }
    }

    /// The `k` largest along an axis, falling, with their indices (int64). Each value's gradient goes to its one index.
    public func top(_ k: Int, _ axis: Int) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        var values = ct_tensor()
        var indices = ct_tensor()
        try check("topk", [self], libtorch.topk(raw, Int64(k), Int64(axis), &values, &indices))
        return (Tensor(owning: values), Tensor(owning: indices))
    }

    /// Stable.
    public func sorted(_ axis: Int, descending: Bool = false) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        var values = ct_tensor()
        var indices = ct_tensor()
        try check("sort", [self], libtorch.sort(raw, Int64(axis), descending, &values, &indices))
        return (Tensor(owning: values), Tensor(owning: indices))
    }

    public func cumulativeSum(_ axis: Int) throws(TorchError) -> Tensor {
        try make("cumsum", [self]) { libtorch.cumsum(raw, Int64(axis), $0) }
    }

    public func softmax(_ axis: Int) throws(TorchError) -> Tensor {
        try make("softmax", [self]) { libtorch.softmax(raw, Int64(axis), $0) }
    }

    public func logSoftmax(_ axis: Int) throws(TorchError) -> Tensor {
        try make("log_softmax", [self]) { libtorch.log_softmax(raw, Int64(axis), $0) }
    }

    /// Euclidean norm of all elements of all tensors together.
    ///
    /// - Precondition: `tensors` is not empty.
    public static func totalNorm(_ tensors: [Tensor]) throws(TorchError) -> Tensor {
        let handles = tensors.map(\.raw)
        return try withExtendedLifetime(tensors) { () throws(TorchError) in
            try make("norm") { libtorch.total_norm(handles, handles.count, $0) }
        }
    }
}
