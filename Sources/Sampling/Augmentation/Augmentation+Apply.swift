import Foundation
import Randomness

extension Augmentation {
    /// A window of a sample with its random changes.
    ///
    /// - Parameters:
    ///   - size: of the sample.
    ///   - cut: what lies in a box of the sample.
    /// - Precondition: `check` passed for its channels and `normalization`.
    func apply(
        to window: GridBox, of size: GridSize, normalization: IntensityNormalization, generator: inout SeededGenerator,
        cut: (GridBox) throws -> Sample
    ) rethrows -> Sample {
        let columns = generator.chance(horizontalFlip)
        let rows = generator.chance(verticalFlip)
        var planes = false
        if let depthFlip { planes = generator.chance(depthFlip) }
        let change = SpatialChange(
            flips: [planes, rows, columns], warp: warp.drawn(for: window.size, generator: &generator))
        var sample = try change.apply(to: window, of: size, cut: cut)
        changeIntensities(of: &sample, normalization: normalization, generator: &generator)
        return sample
    }

    private func changeIntensities(
        of sample: inout Sample, normalization: IntensityNormalization, generator: inout SeededGenerator
    ) {
        colorJitter.apply(to: &sample, normalization: normalization, generator: &generator)
        changeGamma(of: &sample, generator: &generator)
        changeBrightnessAndContrast(of: &sample, generator: &generator)
        blur.apply(to: &sample, generator: &generator)
        lowResolution?.apply(to: &sample, generator: &generator)
        var deviation = noise.number
        if case .random(let noise) = noise, generator.chance(noise.probability) {
            deviation = generator.uniform(noise.variance[0], noise.variance[1]).squareRoot()
        }
        guard deviation > 0 else { return }
        for index in sample.image.indices { sample.image[index] += Float(deviation * generator.bell()) }
    }

    private func changeGamma(of sample: inout Sample, generator: inout SeededGenerator) {
        switch gamma {
        case .always(let powers):
            guard powers > 0 else { return }
            let exponent = Float(exp2(generator.uniform(-powers, powers)))
            sample.changeChannels { RandomGamma.raised($0, to: exponent) }
        case .random(let changes): for change in changes { change.apply(to: &sample, generator: &generator) }
        }
    }

    private func changeBrightnessAndContrast(of sample: inout Sample, generator: inout SeededGenerator) {
        func middle(_ values: [Float]) -> Float { Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count)) }
        if brightness.number > 0 || contrast.number > 0 {
            let shift = Float(generator.uniform(-brightness.number, brightness.number))
            let factor = Float(generator.uniform(1 - contrast.number, 1 + contrast.number))
            sample.changeChannels { values in
                let mean = middle(values)
                return values.map { ($0 - mean) * factor + mean + shift }
            }
        }
        if case .random(let change) = brightness, generator.chance(change.probability) {
            sample.changeChannels { values in
                let factor = Float(RandomFactor.drawn(from: change.factor, &generator))
                return values.map { $0 * factor }
            }
        }
        if case .random(let change) = contrast, generator.chance(change.probability) {
            sample.changeChannels { values in
                let factor = Float(RandomFactor.drawn(from: change.factor, &generator))
                let mean = middle(values)
                guard let low = values.min(), let high = values.max() else { return values }
                return values.map { min(high, max(low, ($0 - mean) * factor + mean)) }
            }
        }
    }
}
