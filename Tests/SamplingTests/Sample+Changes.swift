import Randomness
@testable import Sampling

extension Sample {
    /// As a window of itself that is all of it.
    func changed(
        by augmentation: Augmentation, normalization: IntensityNormalization = .range(low: 0, high: 1), seed: UInt64 = 1
    ) throws -> Sample {
        try window(GridBox(size.lengths.map { 0..<$0 }), changed: augmentation, normalization: normalization, seed: seed)
    }

    func window(
        _ box: GridBox, changed augmentation: Augmentation, normalization: IntensityNormalization = .range(low: 0, high: 1),
        seed: UInt64 = 1
    ) throws -> Sample {
        var generator = SeededGenerator(seed: seed)
        return try augmentation.apply(
            to: box, of: size, normalization: normalization, generator: &generator, cut: StoredSample(self).cut)
    }

    /// A random window.
    func cut(by crop: RandomCrop, generator: inout SeededGenerator) throws -> Sample {
        let stored = try StoredSample(self, for: crop)
        return try stored.cut(crop.window(in: stored, generator: &generator))
    }
}
