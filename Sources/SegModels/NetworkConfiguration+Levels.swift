extension NetworkConfiguration {
    /// The levels that it describes, full size first.
    ///
    /// - Precondition: `validate()` holds.
    public var levels: [NetworkLevel] {
        features.indices.map { level in
            NetworkLevel(
                features: features[level], dropout: dropout[level], kernel: kernels?[level] ?? each(3),
                stride: strides?[level] ?? each(level == 0 ? 1 : 2))
        }
    }

    /// Images are padded to multiples of these, [D, H, W] or [H, W].
    ///
    /// - Precondition: `validate()` holds.
    public var sizeMultiples: [Int] { levels.sizeMultiples }

    private func each(_ size: Int) -> [Int] { Array(repeating: size, count: dimensions) }
}

extension [NetworkLevel] {
    /// By what the last level is smaller than the first, along each axis.
    var sizeMultiples: [Int] {
        dropFirst().reduce(self[0].stride) { multiples, level in zip(multiples, level.stride).map(*) }
    }
}
