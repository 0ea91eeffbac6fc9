import Testing

import Randomness
@testable import Sampling

/// Expected values are torchvision's `adjust_brightness`, `…_contrast`, `…_saturation` and `…_hue` on the same float tensor
/// `[3, 1, 4]` with ((37 i + 11) mod 101) / 100 at place i.
struct ColorJitterTests {
    private static let picture = (0..<12).map { Float(($0 * 37 + 11) % 101) / 100 }

    @Test(
        arguments: [
            (.brightness(1.2), [0.132, 0.576, 1, 0.252, 0.696, 1, 0.372, 0.816, 0.048, 0.492, 0.936, 0.168]),
            (
                .contrast(0.75),
                [
                    0.215538, 0.493038, 0.770538, 0.290538, 0.568038, 0.845538, 0.365538, 0.643038, 0.163038, 0.440538, 0.718038,
                    0.238038,
                ]
            ),
            (
                .contrast(1.25),
                [0.004462, 0.466962, 0.929462, 0.129462, 0.591962, 1, 0.254462, 0.716962, 0, 0.379462, 0.841962, 0.041962]
            ),
            (
                .saturation(1.25),
                [0.043025, 0.413034, 0.931261, 0.143028, 0.630525, 1, 0.256261, 0.730528, 0, 0.325534, 0.843761, 0.055528]
            ),
            (
                .saturation(0.75),
                [
                    0.176975, 0.546965, 0.768739, 0.276972, 0.529475, 0.899466, 0.363739, 0.629472, 0.124475, 0.494466, 0.716239,
                    0.224472,
                ]
            ),
            (.hue(0.25), [0.04, 0.41, 0.85, 0.14, 0.38, 0.75, 0.65, 0.48, 0.58, 0.95, 0.31, 0.68]),
            (.hue(-0.1), [0.434, 0.804, 0.596, 0.534, 0.58, 0.95, 0.31, 0.68, 0.04, 0.41, 0.85, 0.14]),
        ] as [(ColorJitter.Change, [Float])])
    func changesAreTorchvisions(change: ColorJitter.Change, expected: [Float]) {
        var picture = Self.picture
        change.apply(to: &picture)
        #expect(zip(picture, expected).allSatisfy { abs($0 - $1) < 2e-6 }, "\(picture)")
    }

    @Test(arguments: [ColorJitter.Change.brightness(1), .contrast(1), .saturation(1), .hue(0)])
    func noChangeIsNone(change: ColorJitter.Change) {
        var picture = Self.picture
        change.apply(to: &picture)
        #expect(picture == Self.picture)
    }

    @Test func aWholeTurnOfTheHueIsNone() {
        for index in 0..<4 {
            var color = HueColor(red: Self.picture[index], green: Self.picture[4 + index], blue: Self.picture[8 + index])
            color.hue -= 1
            let (red, green, blue) = color.rgb
            #expect(abs(red - Self.picture[index]) < 1e-6)
            #expect(abs(green - Self.picture[4 + index]) < 1e-6)
            #expect(abs(blue - Self.picture[8 + index]) < 1e-6)
        }
    }

    /// The changes are those of the picture, whatever the network's input is normalised to.
    @Test(arguments: [IntensityNormalization.range(low: 0, high: 1), .window(low: 0, high: 1), .imageNet])
    func normalizationComesOffAndOnAgain(normalization: IntensityNormalization) throws {
        func jittered(_ normalization: IntensityNormalization) throws -> [Float] {
            var image = Self.picture
            for channel in 0..<3 {
                let line = try #require(normalization.unitLine(channel: channel))
                for index in channel * 4..<channel * 4 + 4 { image[index] = (image[index] - line.offset) / line.scale }
            }
            let size = GridSize(height: 1, width: 4)
            var sample = Sample(
                id: SampleID(caseID: "c", plane: 0), image: image, labels: [0, 1, 2, 3], channels: 3, size: size, sourceSize: size
            )
            var generator = SeededGenerator(seed: 4)
            ColorJitter(brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.2)
                .apply(to: &sample, normalization: normalization, generator: &generator)
            #expect(sample.labels == [0, 1, 2, 3])
            return (0..<12).map { index in
                let line = normalization.unitLine(channel: index / 4) ?? (1, 0)
                return sample.image[index] * line.scale + line.offset
            }
        }
        let plain = try jittered(.range(low: 0, high: 1))
        #expect(plain != Self.picture)
        #expect(try zip(jittered(normalization), plain).allSatisfy { abs($0 - $1) < 1e-5 })
    }
}
