/// For each new index along one axis: which old values it is made of, and their weights.
struct ResamplingWeights {
    struct Window {
        let first, count, weightsStart: Int
    }

    private(set) var windows: [Window] = []
    /// The weights of all windows in turn; those of one window add up to 1.
    private(set) var weights: [Double] = []

    /// Source: Pillow, `precompute_coeffs`.
    ///
    /// - Parameter kernel: of a distance, before any stretch; 0 beyond `reach`.
    init(from size: Int, to newSize: Int, reach: Double, kernel: (Double) -> Double) {
        let scale = Double(size) / Double(newSize)
        let stretch = max(scale, 1)
        let support = reach * stretch
        for index in 0..<newSize {
            let center = (Double(index) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), size)
            let raw = (first..<end).map { kernel((Double($0) - center + 0.5) * (1 / stretch)) }
            let sum = raw.reduce(0, +)
            windows.append(Window(first: first, count: raw.count, weightsStart: weights.count))
            weights += raw.map { $0 / sum }
        }
    }
}
