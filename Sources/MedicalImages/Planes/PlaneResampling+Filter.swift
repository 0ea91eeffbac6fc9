extension PlaneResampling.Filter {
    /// The weights that bring an axis to another size.
    func weights(from size: Int, to newSize: Int) -> ResamplingWeights {
        ResamplingWeights(from: size, to: newSize, reach: reach, kernel: weight)
    }

    private var reach: Double {
        switch self {
        case .bilinear: 1
        case .bicubic: 2
        }
    }

    private func weight(at x: Double) -> Double {
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
