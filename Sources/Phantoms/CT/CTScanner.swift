import Randomness

/// What one hospital's scanner and protocol do to every volume made there.
struct CTScanner: Sendable {
    /// Noise in a slice of 5 mm, HU.
    let noise: Double
    /// Strength of the smoothing kernel: 0 leaves a pixel alone, 1 is a full [¼, ½, ¼].
    let blur: Double
    /// Calibration error, HU.
    let offset: Double
    /// Slice thicknesses in use, mm.
    let thicknesses: [Double]
    /// Side of a pixel in a matrix of 512, mm.
    let pixelSides: ClosedRange<Double>

    /// The hospitals of the phantom, from sharp and noisy to smooth and thick.
    static let hospitals = [
        CTScanner(noise: 46, blur: 0.1, offset: 12, thicknesses: [0.625, 1, 1.25], pixelSides: 0.61...0.75),
        CTScanner(noise: 26, blur: 0.45, offset: -18, thicknesses: [1.5, 2, 3], pixelSides: 0.68...0.82),
        CTScanner(noise: 17, blur: 0.8, offset: 30, thicknesses: [5, 5, 6], pixelSides: 0.72...0.88),
        CTScanner(noise: 34, blur: 0.3, offset: -4, thicknesses: [5, 7, 8], pixelSides: 0.80...0.93),
    ]

    /// Measures a plane of Hounsfield units: kernel, correlated noise, streaks, calibration, whole numbers.
    func measure(_ plane: [Float], grid: SliceGrid, thickness: Double, generator: inout SeededGenerator) -> [Int16] {
        let width = grid.width, height = grid.height
        // Noise falls with the photons of a slice; thin slices are usually given more of them.
        let sigma = noise * min(1.5, max(0.8, (5 / thickness).squareRoot()))
        var grain = [Float](repeating: 0, count: plane.count)
        for row in 0..<height {
            let streak = 0.14 * sigma * generator.bell()
            for column in 0..<width {
                grain[row * width + column] = Float(1.35 * sigma * generator.bell() + streak)
            }
        }
        smoothen(&grain, width: width, height: height, strength: 0.35)
        var measured = plane
        smoothen(&measured, width: width, height: height, strength: Float(blur))
        return zip(measured, grain).map { value, grain in
            Int16(min(3071, max(-1024, (Double(value) + Double(grain) + offset).rounded())))
        }
    }
}
