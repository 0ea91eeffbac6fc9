import CaseTestSupport
import Foundation
import Testing

@testable import Sampling

/// Random changes with a probability of their own, in planes and volumes.
struct StrengthTests {
    static let sizes = [GridSize(height: 12, width: 10), GridSize([4, 6, 5])]

    private static func sample(_ size: GridSize, channels: Int = 2) -> Sample {
        Sample(
            id: SampleID(caseID: "c", plane: nil), image: (0..<channels * size.count).map { Float($0 * 37 % 101) / 50 - 0.7 },
            labels: (0..<size.count).map { UInt8($0 % 3) }, channels: channels, size: size, sourceSize: size)
    }

    private static let range = [0.75, 1.25]

    /// Each change with a probability.
    static let changes: [(name: String, make: @Sendable (Double) -> Augmentation)] = [
        ("brightness", { Augmentation(brightness: .random(RandomFactor(probability: $0, factor: range))) }),
        ("contrast", { Augmentation(contrast: .random(RandomFactor(probability: $0, factor: range))) }),
        ("noise", { Augmentation(noise: .random(RandomNoise(probability: $0, variance: [0.01, 0.1]))) }),
        ("gamma", { Augmentation(gamma: .random([RandomGamma(probability: $0, exponent: [0.7, 1.5])])) }),
        (
            "inverted gamma",
            { Augmentation(gamma: .random([RandomGamma(probability: $0, exponent: [0.7, 1.5], inverted: true)])) }
        ),
        ("rotation", { Augmentation(warp: Warp(rotation: .random(RandomRotation(probability: $0, degrees: 30)))) }),
        ("scale", { Augmentation(warp: Warp(scale: .random(RandomFactor(probability: $0, factor: [0.7, 1.4])))) }),
        ("blur", { Augmentation(blur: GaussianBlur(probability: $0, channels: 1, sigma: [0.5, 1])) }),
    ]

    @Test(arguments: changes.indices, sizes)
    func theProbabilityIsKept(index: Int, size: GridSize) throws {
        let (name, make) = Self.changes[index]
        let sample = Self.sample(size)
        for probability in [0, 0.3, 1] {
            let changed = try (0..<300 as Range<UInt64>).count {
                try sample.changed(by: make(probability), normalization: .zScore, seed: $0) != sample
            }
            // Five standard deviations.
            #expect(
                abs(Double(changed) - 300 * probability) <= 5 * (300 * probability * (1 - probability)).squareRoot(), "\(name)")
        }
    }

    @Test(arguments: sizes)
    func everyChannelHasAFactorOfItsOwn(size: GridSize) throws {
        let sample = Self.sample(size)
        var factors: [Double] = []
        for seed in 0..<400 as Range<UInt64> {
            let changed = try sample.changed(
                by: Augmentation(brightness: .random(RandomFactor(probability: 1, factor: [0.7, 1.5]))), seed: seed)
            #expect(changed.labels == sample.labels)
            for channel in 0..<2 {
                let values = channel * size.count..<(channel + 1) * size.count
                let factor = changed.image[values.lowerBound] / sample.image[values.lowerBound]
                #expect(values.allSatisfy { abs(changed.image[$0] - factor * sample.image[$0]) < 1e-5 })
                factors.append(Double(factor))
            }
        }
        #expect(Set(factors).count > 790 && factors.allSatisfy { (0.699...1.501).contains($0) })
        // Half of them below 1, and uniform there and above: means .85 and 1.25.
        let low = factors.filter { $0 < 1 }
        #expect((330...470).contains(low.count), "\(low.count)")
        #expect(abs(low.reduce(0, +) / Double(low.count) - 0.85) < 0.03)
        #expect(abs(factors.reduce(0, +) / 800 - 1.05) < 0.05)
    }

    /// About the mean, and not beyond what was there.
    @Test(arguments: sizes)
    func contrastKeepsTheRange(size: GridSize) throws {
        let sample = Self.sample(size, channels: 1)
        let (low, high) = (try #require(sample.image.min()), try #require(sample.image.max()))
        let mean = sample.image.reduce(0, +) / Float(size.count)
        var clipped = 0
        for seed in 0..<40 as Range<UInt64> {
            let changed = try sample.changed(
                by: Augmentation(contrast: .random(RandomFactor(probability: 1, factor: Self.range))), seed: seed)
            let near = try #require(sample.image.indices.min { abs(sample.image[$0] - mean) < abs(sample.image[$1] - mean) })
            #expect(abs(changed.image[near] - sample.image[near]) < 0.02)
            #expect(changed.image.allSatisfy { $0 >= low && $0 <= high })
            if changed.image.count(where: { $0 == high }) > 1 { clipped += 1 }
        }
        #expect((8...32).contains(clipped), "half of the factors widen")
    }

    @Test(arguments: sizes)
    func noiseHasTheVarianceThatIsAskedFor(size: GridSize) throws {
        let sample = Self.sample(size)
        var sum = 0.0
        for seed in 0..<300 as Range<UInt64> {
            let noisy = try sample.changed(
                by: Augmentation(noise: .random(RandomNoise(probability: 1, variance: [0, 0.1]))), seed: seed)
            sum +=
                zip(noisy.image, sample.image).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
                / Double(noisy.image.count)
        }
        #expect(abs(sum / 300 - 0.05) < 0.008, "the mean of the variances: \(sum / 300)")
    }

    /// Mean and deviation stay, order stays, and inverted it is the mirror image of the change.
    @Test(arguments: sizes, [nil, true])
    func gammaKeepsMeanAndDeviation(size: GridSize, inverted: Bool?) throws {
        func moments(_ values: ArraySlice<Float>) -> (Double, Double) {
            let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
            return (mean, (values.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / Double(values.count)).squareRoot())
        }
        var sample = Self.sample(size)
        let gamma = RandomGamma(probability: 1, exponent: [2, 3], inverted: inverted)
        for seed in 0..<20 as Range<UInt64> {
            let changed = try sample.changed(by: Augmentation(gamma: .random([gamma])), seed: seed)
            for start in [0, size.count] {
                let (before, after) = (sample.image[start..<start + size.count], changed.image[start..<start + size.count])
                let (old, new) = (moments(before), moments(after))
                #expect(abs(old.0 - new.0) < 1e-4 && abs(old.1 - new.1) < 1e-4)
                let order = before.indices.sorted { before[$0] < before[$1] }
                #expect(zip(order, order.dropFirst()).allSatisfy { after[$0] <= after[$1] + 1e-5 })
                // The middle sinks below the middle of both ends, or inverted rises above it.
                let (low, high) = (after[order[0]], after[order[order.count - 1]])
                #expect((after[order[order.count / 2]] < (low + high) / 2) == (inverted != true))
            }
        }
        sample.image = sample.image.map { _ in 3 }
        #expect(try sample.changed(by: Augmentation(gamma: .random([gamma]))) == sample, "a level image has nothing to change")
    }

    /// Two mirror images of one axis are the image.
    @Test(arguments: sizes)
    func flipsAreTheirOwnInverse(size: GridSize) throws {
        let all = Augmentation(horizontalFlip: 1, verticalFlip: 1, depthFlip: size.dimensions == 3 ? 1 : nil)
        let sample = Self.sample(size)
        let once = try sample.changed(by: all)
        #expect(once != sample)
        #expect(try once.changed(by: all) == sample)
    }

    // MARK: Written

    static let written: [(json: String, isAs: Augmentation)] = [
        (#""gamma": 0.3, "brightness": 0.1, "contrast": 0, "noise": 1"#, Augmentation(gamma: 0.3, brightness: 0.1, noise: 1)),
        (
            #""gamma": [{"probability": 0.1, "exponent": [0.7, 1.5], "inverted": true}], "brightness": 0, "noise": 0, "#
                + #""contrast": {"probability": 0.15, "factor": [0.75, 1.25]}"#,
            Augmentation(
                gamma: .random([RandomGamma(probability: 0.1, exponent: [0.7, 1.5], inverted: true)]),
                contrast: .random(RandomFactor(probability: 0.15, factor: [0.75, 1.25])))
        ),
        (
            #""gamma": 0, "brightness": 0, "contrast": 0, "noise": {"probability": 0.1, "variance": [0, 0.1]}"#,
            Augmentation(noise: .random(RandomNoise(probability: 0.1, variance: [0, 0.1])))
        ),
    ]

    @Test(arguments: written.indices)
    func bothFormsAreRead(index: Int) throws {
        let (json, expected) = Self.written[index]
        let rest =
            #""horizontal_flip": 0, "vertical_flip": 0, "warp": {"probability": 0, "rotation": 0, "scale": 0, "elastic": 0, "#
            + #""smoothness": 32}, "color_jitter": {"brightness": 0, "contrast": 0, "saturation": 0, "hue": 0}, "#
            + #""blur": {"probability": 0, "sigma": [0, 0]}"#
        let found = try JSONDecoder().decode(Augmentation.self, from: Data("{\(json), \(rest)}".utf8))
        var same = expected
        same.warp = found.warp
        #expect(found == same)
        #expect(try JSONDecoder().decode(Augmentation.self, from: JSONEncoder().encode(found)) == found)
    }

    @Test(arguments: [
        (
            Augmentation(brightness: .random(RandomFactor(probability: 2, factor: [1, 2]))),
            "augmentation brightness.probability: 2.0; expected 0 to 1"
        ),
        (
            Augmentation(contrast: .random(RandomFactor(probability: 1, factor: [0, 2]))),
            "augmentation contrast.factor: [0.0, 2.0]; expected [smallest, largest], above 0 to 100"
        ),
        (
            Augmentation(gamma: .random([RandomGamma(probability: 1, exponent: [2])])),
            "augmentation gamma.exponent: [2.0]; expected [smallest, largest], above 0 to 100"
        ),
        (
            Augmentation(noise: .random(RandomNoise(probability: 1, variance: [-1, 0]))),
            "augmentation noise.variance: [-1.0, 0.0]; expected [smallest, largest], finite numbers from 0"
        ),
        (
            Augmentation(warp: Warp(rotation: .random(RandomRotation(probability: 1, degrees: 181)))),
            "augmentation warp.rotation.degrees: 181.0; expected 0 to 180 degrees"
        ),
        (
            Augmentation(warp: Warp(scale: .random(RandomFactor(probability: -1, factor: [1, 1])))),
            "augmentation warp.scale.probability: -1.0; expected 0 to 1"
        ),
        (
            Augmentation(blur: GaussianBlur(probability: 1, channels: 3, sigma: [0, 1])),
            "augmentation blur.channels: 3.0; expected 0 to 1"
        ),
    ])
    func validates(augmentation: Augmentation, expected: String) {
        #expect(message(of: { try augmentation.validate() }) == expected)
    }
}
