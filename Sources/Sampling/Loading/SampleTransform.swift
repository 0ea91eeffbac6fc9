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

    func apply(to sample: Sample, generator: inout SeededGenerator) -> Sample {
        var sample = crop?.apply(to: sample, generator: &generator) ?? sample
        augmentation.apply(to: &sample, normalization: normalization, generator: &generator)
        return sample
    }
}
