import CTorch

extension Tensor {
    /// One size may be −1.
    public func reshaped(_ shape: [Int]) throws(TorchError) -> Tensor {
        let sizes = shape.map(Int64.init)
        return try make("reshape to \(shape)", [self]) { libtorch.reshape(raw, sizes, sizes.count, $0) }
    }

    public func permuted(_ axes: [Int]) throws(TorchError) -> Tensor {
        let order = axes.map(Int64.init)
        return try make("permute", [self]) { libtorch.permute(raw, order, order.count, $0) }
    }

    /// −1 keeps a size.
    public func expanded(_ shape: [Int]) throws(TorchError) -> Tensor {
        let sizes = shape.map(Int64.init)
        return try make("expand to \(shape)", [self]) { libtorch.expand(raw, sizes, sizes.count, $0) }
    }

    public func unsqueezed(_ axis: Int) throws(TorchError) -> Tensor {
        try make("unsqueeze", [self]) { libtorch.unsqueeze(raw, Int64(axis), $0) }
    }

    public func squeezed(_ axis: Int) throws(TorchError) -> Tensor {
        try make("squeeze", [self]) { libtorch.squeeze(raw, Int64(axis), $0) }
    }

    public func selected(_ axis: Int, _ index: Int) throws(TorchError) -> Tensor {
        try make("select", [self]) { libtorch.select(raw, Int64(axis), Int64(index), $0) }
    }

    /// A view of `range` along an axis.
    public func narrowed(_ axis: Int, _ range: Range<Int>) throws(TorchError) -> Tensor {
        try make("narrow to \(range)", [self]) {
            libtorch.narrow(raw, Int64(axis), Int64(range.lowerBound), Int64(range.count), $0)
        }
    }

    public func flipped(_ axes: [Int]) throws(TorchError) -> Tensor {
        let over = axes.map(Int64.init)
        return try make("flip", [self]) { libtorch.flip(raw, over, over.count, $0) }
    }

    public static func concatenated(_ tensors: [Tensor], _ axis: Int) throws(TorchError) -> Tensor {
        let handles = tensors.map(\.raw)
        return try make("cat", tensors) { libtorch.cat(handles, handles.count, Int64(axis), $0) }
    }

    public static func stacked(_ tensors: [Tensor], _ axis: Int) throws(TorchError) -> Tensor {
        let handles = tensors.map(\.raw)
        return try make("stack", tensors) { libtorch.stack(handles, handles.count, Int64(axis), $0) }
    }

    /// Along `axis`, the elements that `index` (int64, same rank) names.
    public func gathered(_ axis: Int, _ index: Tensor) throws(TorchError) -> Tensor {
        try make("gather", [self, index]) { libtorch.gather(raw, Int64(axis), index.raw, $0) }
    }

    /// A copy with `value` at the places along `axis` that `index` (int64, same rank) names.
    public func scattered(_ axis: Int, _ index: Tensor, _ value: Double) throws(TorchError) -> Tensor {
        try make("scatter", [self, index]) { libtorch.scatter_value(raw, Int64(axis), index.raw, value, $0) }
    }

    public func indexSelected(_ axis: Int, _ index: Tensor) throws(TorchError) -> Tensor {
        try make("index_select", [self, index]) { libtorch.index_select(raw, Int64(axis), index.raw, $0) }
    }

    /// A vector of the elements where the Bool tensor `mask` is true.
    public func maskedSelected(_ mask: Tensor) throws(TorchError) -> Tensor {
        try make("masked_select", [self, mask]) { libtorch.masked_select(raw, mask.raw, $0) }
    }

    public enum Padding: Sendable {
        case constant(Double), replicate, reflect
    }

    /// `amounts`: last axis first, before then after, as PyTorch's `pad`; negative amounts crop.
    public func padded(_ amounts: [Int], _ padding: Padding = .constant(0)) throws(TorchError) -> Tensor {
        let (mode, value) =
            switch padding {
            case .constant(let value): (CT_PAD_CONSTANT, value)
            case .replicate: (CT_PAD_REPLICATE, 0)
            case .reflect: (CT_PAD_REFLECT, 0)
            }
        let counts = amounts.map(Int64.init)
        return try make("pad", [self]) { libtorch.pad(raw, counts, counts.count, mode, value, $0) }
    }

    /// The matrix product.
    public func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
        try make("matmul", [self, other]) { libtorch.matmul(raw, other.raw, $0) }
    }
}
