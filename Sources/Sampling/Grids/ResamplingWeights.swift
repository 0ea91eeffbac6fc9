/// How values between the samples of an axis are found; on reduction the kernel is stretched by the scale, which prevents aliasing.
enum ResamplingFilter: CaseIterable {
    /// The value at the place of the new centre.
    case nearest
    /// The triangle `1 − |x|`.
    case linear
    /// Keys' cubic with a = −0.5.
    case cubic
    /// Between the two neighbours of the new centre, whatever the scale: nothing is averaged on reduction.
    case linearAtPoints
    /// The cubic B-spline through the values, at the new centre.
    case spline

    /// Beyond this distance the kernel is 0.
    fileprivate var reach: Double { self == .cubic ? 2 : 1 }

    fileprivate func weight(at x: Double) -> Double {
        let x = abs(x)
        guard self == .cubic else { return x < 1 ? 1 - x : 0 }
        let a = -0.5
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
}

/// For each new index along one axis: which old values it is made of, and their weights.
struct ResamplingWeights {
    struct Window {
        let first, count, weightsStart: Int
    }

    private(set) var windows: [Window] = []
    /// The weights of all windows in turn; those of one window add up to 1.
    private(set) var weights: [Double] = []

    /// Source: Pillow, `precompute_coeffs`; for the nearest value `Geometry.c`, which adds the scale up from index to index, as a
    /// product rounds to another pixel now and then.
    ///
    /// - Precondition: the filter is no spline, whose values are made of all others.
    init(from size: Int, to newSize: Int, _ filter: ResamplingFilter) {
        precondition(filter != .spline, "weights of a spline")
        let scale = Double(size) / Double(newSize)
        let stretch = filter == .linearAtPoints ? 1 : max(scale, 1)
        let support = filter.reach * stretch
        var position = scale * 0.5
        for index in 0..<newSize {
            let center = (Double(index) + 0.5) * scale
            var first = max(Int(center - support + 0.5), 0)
            var raw = [1.0]
            if filter == .nearest {
                first = min(Int(position), size - 1)
                position += scale
            } else {
                let end = min(Int(center + support + 0.5), size)
                raw = (first..<end).map { filter.weight(at: (Double($0) - center + 0.5) * (1 / stretch)) }
            }
            let sum = raw.reduce(0, +)
            windows.append(Window(first: first, count: raw.count, weightsStart: weights.count))
            weights += raw.map { $0 / sum }
        }
    }
}
