/// For each new index along one axis: which old values it is made of, and their weights.
struct ResamplingWeights {
    struct Window {
        let first, count, weightsStart: Int
    }

    private(set) var windows: [Window] = []
    /// The weights of all windows in turn; those of one window add up to 1.
    private(set) var weights: [Double] = []

    /// Source: Pillow, `precompute_coeffs`.
    init(from size: Int, to newSize: Int, _ filter: PlaneResampling.Filter) {
        let scale = Double(size) / Double(newSize)
        let stretch = max(scale, 1)
        let support = filter.support * stretch
        for index in 0..<newSize {
            let center = (Double(index) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), size)
            let raw = (first..<end).map { filter.weight(at: (Double($0) - center + 0.5) * (1 / stretch)) }
            let sum = raw.reduce(0, +)
            windows.append(Window(first: first, count: raw.count, weightsStart: weights.count))
            weights += raw.map { $0 / sum }
        }
    }
}

extension PlaneResampling.Filter {
    /// The kernel is 0 beyond this distance.
    fileprivate var support: Double {
        switch self {
        case .bilinear: 1
        case .bicubic: 2
        }
    }

    fileprivate func weight(at x: Double) -> Double {
        let x = abs(x)
        switch self {
        case .bilinear:
            return x < 1 ? 1 - x : 0
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        }
    }
}
