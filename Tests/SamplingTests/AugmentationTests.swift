import CaseTestSupport
import Testing

import Randomness
@testable import Sampling

struct AugmentationTests {
    private let sample = Sample(
        id: SampleID(caseID: "c", plane: 0), image: [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], labels: [0, 1, 2, 3, 4, 5],
        channels: 2, size: GridSize(height: 2, width: 3), sourceSize: GridSize(height: 2, width: 3))

    private func applied(_ augmentation: Augmentation, seed: UInt64 = 1) throws -> Sample {
        try sample.changed(by: augmentation, seed: seed)
    }

    @Test(arguments: [
        (Augmentation(horizontalFlip: 1), [2, 1, 0, 5, 4, 3] as [Float]),
        (Augmentation(verticalFlip: 1), [3, 4, 5, 0, 1, 2]),
        (Augmentation(horizontalFlip: 1, verticalFlip: 1), [5, 4, 3, 2, 1, 0]),
        (Augmentation.none, [0, 1, 2, 3, 4, 5]),
    ])
    func flipsImageAndLabels(augmentation: Augmentation, expected: [Float]) throws {
        let changed = try applied(augmentation)
        #expect(changed.image == expected + expected.map { $0 + 10 })
        #expect(changed.labels == expected.map { UInt8($0) })
    }

    @Test func jitterKeepsTheLabelsAndItsBounds() throws {
        for seed in 0..<50 as Range<UInt64> {
            let bright = try applied(Augmentation(brightness: 0.3), seed: seed)
            #expect(bright.labels == sample.labels)
            let shift = bright.image[0] - sample.image[0]
            #expect(abs(shift) <= 0.3 && zip(bright.image, sample.image).allSatisfy { abs($0 - $1 - shift) < 1e-5 })

            let contrast = try applied(Augmentation(contrast: 0.25), seed: seed)
            let factor = (contrast.image[5] - contrast.image[0]) / 5
            #expect((0.7499...1.2501).contains(factor))
            #expect(abs(contrast.image[0...5].reduce(0, +) / 6 - 2.5) < 1e-5, "about the channel's mean")

            let noisy = try applied(Augmentation(noise: 0.1), seed: seed)
            #expect(zip(noisy.image, sample.image).allSatisfy { abs($0 - $1) < 0.3471 })
            #expect(noisy.image != sample.image)
        }
    }

    @Test func gammaKeepsTheEndsAndTheOrder() throws {
        for seed in 0..<20 as Range<UInt64> {
            let changed = try applied(Augmentation(gamma: 1), seed: seed)
            for start in [0, 6] {
                let plane = changed.image[start..<start + 6]
                #expect((plane.first, plane.last) == (sample.image[start], sample.image[start + 5]))
                #expect(zip(plane, plane.dropFirst()).allSatisfy { $0 < $1 })
            }
            // ((1 − 0) / 5)^γ with γ from ½ to 2.
            #expect((0.2 * 0.2 * 5 - 1e-5...0.2.squareRoot() * 5 + 1e-5).contains(Double(changed.image[1])))
        }
    }

    @Test(
        arguments: [
            (
                2, .range(low: 0, high: 255),
                "augmentation color_jitter: images of 2 channels; expected 3, red, green and blue; "
                    + "for others use brightness, contrast and gamma"
            ),
            (
                3, .zScore,
                "augmentation color_jitter: normalization by each image's own values; expected imagenet, range or window, "
                    + "from which the picture's colours can be recovered"
            ),
            (3, .imageNet, "no error"),
        ] as [(Int, IntensityNormalization, String)])
    func jitterNeedsColours(channels: Int, normalization: IntensityNormalization, expected: String) {
        let augmentation = Augmentation(colorJitter: ColorJitter(hue: 0.1))
        #expect(message(of: { try augmentation.check(channels: channels, normalization: normalization) }) == expected)
    }

    @Test func probabilitiesAreKept() throws {
        let flips = Augmentation(horizontalFlip: 0.3)
        let flipped = try (0..<1000 as Range<UInt64>).count { try applied(flips, seed: $0).image != sample.image }
        #expect((240...360).contains(flipped))
    }

    @Test(arguments: [
        (Augmentation(horizontalFlip: 1.5), "augmentation horizontal_flip: 1.5; expected 0 to 1"),
        (Augmentation(verticalFlip: -0.1), "augmentation vertical_flip: -0.1; expected 0 to 1"),
        (Augmentation(contrast: 2), "augmentation contrast: 2.0; expected 0 to 1"),
        (Augmentation(noise: .always(.infinity)), "augmentation noise: inf; expected a finite number from 0"),
        (Augmentation(brightness: .always(.nan)), "augmentation brightness: nan; expected a finite number from 0"),
        (Augmentation(warp: Warp(rotation: 200)), "augmentation warp.rotation: 200.0; expected 0 to 180 degrees"),
        (Augmentation(warp: Warp(elastic: 3, smoothness: 1)), "augmentation warp.smoothness: 1.0; expected 2 or more pixels"),
        (Augmentation(colorJitter: ColorJitter(hue: 0.7)), "augmentation color_jitter.hue: 0.7; expected 0 to 0.5 turns"),
        (
            Augmentation(blur: GaussianBlur(sigma: [2, 1])),
            "augmentation blur.sigma: [2.0, 1.0]; expected [smallest, largest], 0 to 100 pixels"
        ),
        (Augmentation(horizontalFlip: 0.5, contrast: 0.25), "no error"),
    ])
    func validates(augmentation: Augmentation, expected: String) {
        #expect(message(of: { try augmentation.validate() }) == expected)
    }
}
