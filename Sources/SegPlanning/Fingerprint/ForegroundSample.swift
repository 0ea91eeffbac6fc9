import Randomness

/// Which voxels stand for the foreground of a case.
enum ForegroundSample {
    /// Intensities of a channel over all cases together, a hundredth of nnU-Net's: what is called the 0.5th percentile then lies
    /// between the 0.48th and the 0.52nd.
    static let total = 1_000_000

    /// Places in a list of `count` voxels, `wanted` of them, rising: one drawn at random from each of as many equal parts. So each
    /// case has as many, whatever its size, and of a small case every voxel counts equally often, to within one.
    static func places(of count: Int, wanted: Int) -> [Int] {
        guard count > 0 else { return [] }
        var generator = SeededGenerator(seed: 1234)
        let step = Double(count) / Double(wanted)
        return (0..<wanted).map { min(count - 1, Int((Double($0) + generator.uniform()) * step)) }
    }
}
