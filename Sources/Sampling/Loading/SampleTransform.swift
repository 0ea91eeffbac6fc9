import Randomness

/// What happens to a sample between its source and its batch: a random window of a larger plane, then random changes.
public struct SampleTransform: Sendable {
    let crop: RandomCrop?
    let augmentation: Augmentation
    let normalization: IntensityNormalization

    /// - Parameter channels: of the samples.
    /// - Throws: `SettingError` for an augmentation that does not go with such samples.
    public init(_ augmentation: Augmentation, recipe: Recipe, channels: Int) throws {
        try augmentation.validate()
        try augmentation.check(channels: channels, dimensions: recipe.dimensions, normalization: recipe.normalization)
        crop = RandomCrop(recipe)
        self.augmentation = augmentation
        normalization = recipe.normalization
    }

    /// - Throws: `FileError`.
    func apply(to sample: StoredSample, generator: inout SeededGenerator) throws -> Sample {
        let size = sample.outline.size
        let window =
            try crop?.window(in: sample, generator: &generator) ?? GridBox(size.lengths.map { 0..<$0 })
        return try augmentation.apply(
            to: window, of: size, normalization: normalization, generator: &generator, cut: sample.cut)
    }
}
