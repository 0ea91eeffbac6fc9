/// How images get to the spacing that is asked for.
public enum SpacingResampling: String, Sendable, Codable, CaseIterable {
    /// Cubic convolution, which averages where there are fewer pixels than before: Pillow's.
    case cubic
    /// The cubic B-spline through the values, within the least and the largest of them: nnU-Net's. Scores come back between their
    /// two neighbours, and nothing is averaged.
    case spline

    var ofImages: ResamplingFilter { self == .cubic ? .cubic : .spline }
    var ofScores: ResamplingFilter { self == .cubic ? .linear : .linearAtPoints }
}

/// The cubic B-spline through the samples of a line, at the centres of another number of samples; the line's ends go on.
///
///     s(x) = Σ c_k β³(x − k),   c = (β³)⁻¹ ∗ values,   pole √3 − 2
///
/// Written by hand, since no library that is used here has it. Source: SciPy, `ndimage.zoom` of order 3 with `mode="nearest"` and
/// `grid_mode=True`, which scikit-image's `resize` and so nnU-Net call.
struct SplineResampling {
    private let size: Int
    /// For each new sample, the place of the first of its four coefficients, and their weights.
    private let taps: [(first: Int, weights: [Double])]

    /// Samples that repeat the ends of a line: the pole to this power is less than a Float can tell from 0.
    private static let margin = 14
    private static let pole = 3.0.squareRoot() - 2

    init(from size: Int, to newSize: Int) {
        self.size = size
        let scale = Double(size) / Double(newSize)
        taps = (0..<newSize).map { index in
            let place = (Double(index) + 0.5) * scale - 0.5 + Double(Self.margin)
            let (t, u) = (place - place.rounded(.down), 1 - (place - place.rounded(.down)))
            return (
                Int(place.rounded(.down)) - 1,
                [u * u * u, 3 * t * t * t - 6 * t * t + 4, 3 * u * u * u - 6 * u * u + 4, t * t * t].map { $0 / 6 }
            )
        }
    }

    /// - Parameter line: `size` values.
    func callAsFunction(_ line: [Float]) -> [Float] {
        let coefficients = coefficients(of: line)
        return taps.map { first, weights in
            Float((0..<4).reduce(0.0) { $0 + weights[$1] * coefficients[first + $1] })
        }
    }

    private func coefficients(of line: [Float]) -> [Double] {
        let (margin, pole) = (Self.margin, Self.pole)
        let (start, end) = (Double(line[0]), Double(line[size - 1]))
        var c = [Double](repeating: start, count: margin) + line.map(Double.init) + [Double](repeating: end, count: margin)
        // A line that never changes is its own spline, which says where the recursions begin.
        c[0] = 6 * start / (1 - pole)
        for index in 1..<c.count { c[index] = 6 * c[index] + pole * c[index - 1] }
        c[c.count - 1] = end
        for index in (0..<c.count - 1).reversed() { c[index] = pole * (c[index + 1] - c[index]) }
        return c
    }
}
