import Testing

import Randomness
@testable import Sampling

struct RandomCropTests {
    /// 9 × 7 pixels whose image is their place; one of them is foreground.
    private static func sample(foreground: Int?) -> Sample {
        let size = GridSize(height: 9, width: 7)
        var labels = [UInt8](repeating: 0, count: 63)
        labels[0] = LabelMap.ignored
        if let foreground { labels[foreground] = 2 }
        return Sample(
            id: SampleID(caseID: "c", plane: 0), image: (0..<126).map { Float($0) }, labels: labels, channels: 2, size: size,
            sourceSize: size)
    }

    private static func recipe(_ fit: GridFit, _ labels: LabelMap = LabelMap(identity: 3)) -> Recipe {
        Recipe(labels: labels, normalization: .zScore, fit: fit)
    }

    private static func crop(
        _ sample: Sample, foreground: Double, seed: UInt64, labels: LabelMap = LabelMap(identity: 3)
    ) throws -> Sample {
        let fit = GridFit.crop(to: GridSize(height: 4, width: 3), foreground: foreground)
        let crop = try #require(RandomCrop(recipe(fit, labels)))
        var generator = SeededGenerator(seed: seed)
        return crop.apply(to: sample, generator: &generator)
    }

    @Test func windowsAreCutFromImageAndLabelsAlike() throws {
        var corners: Set<Float> = []
        for seed in 0..<200 as Range<UInt64> {
            let sample = Self.sample(foreground: 31)
            let window = try Self.crop(sample, foreground: 0, seed: seed)
            #expect(window.size == GridSize(height: 4, width: 3))
            let corner = Int(window.image[0])
            corners.insert(window.image[0])
            for index in 0..<12 {
                let place = corner + index / 3 * 7 + index % 3
                #expect(window.image[index] == Float(place) && window.image[12 + index] == Float(63 + place))
                #expect(window.labels[index] == sample.labels[place])
            }
        }
        #expect(corners.count == 6 * 5, "every window can come")
    }

    @Test(arguments: [1, 6, 31, 56, 62])
    func foregroundIsInTheWindow(place: Int) throws {
        for seed in 0..<20 as Range<UInt64> {
            let window = try Self.crop(Self.sample(foreground: place), foreground: 1, seed: seed)
            #expect(window.labels.contains(2))
        }
    }

    @Test func aPlaneWithoutForegroundIsCutAnywhere() throws {
        let windows = try (0..<50 as Range<UInt64>).map {
            try Self.crop(Self.sample(foreground: nil), foreground: 1, seed: $0).image[0]
        }
        #expect(Set(windows).count > 10)
    }

    static let planes: [(labels: [Int: UInt8], size: (Int, Int))] = [
        ([:], (4, 3)), ([0: 1, 62: 2], (4, 3)), ([31: 1, 32: 1, 33: 2, 40: 255], (4, 3)), ([6: 1, 13: 1, 20: 1], (2, 5)),
        ([30: 2], (9, 7)), ([30: 2, 1: 255], (1, 1)), ([50: 1], (9, 2)),
    ]

    @Test(arguments: planes, [0, 0.33, 1])
    func theExpectationIsTheMeanOfManyDraws(_ row: (labels: [Int: UInt8], size: (Int, Int)), foreground: Double) throws {
        var labels = [UInt8](repeating: 0, count: 63)
        for (place, label) in row.labels { labels[place] = label }
        let size = GridSize(height: 9, width: 7)
        let sample = Sample(
            id: SampleID(caseID: "c", plane: 0), image: Array(repeating: 0, count: 63), labels: labels, channels: 1, size: size,
            sourceSize: size)
        let window = GridSize(height: row.size.0, width: row.size.1)
        let crop = try #require(RandomCrop(Self.recipe(.crop(to: window, foreground: foreground))))
        let draws = 1500
        var generator = SeededGenerator(seed: 7)
        var counts = [0, 0, 0]
        for _ in 0..<draws {
            for label in crop.apply(to: sample, generator: &generator).labels where label != LabelMap.ignored {
                counts[Int(label)] += 1
            }
        }
        let expected = crop.expectedPixels(
            of: labels, size: size, labelCount: 3,
            isForeground: (0...255).map { Self.recipe(.pad(to: size)).labels.isForeground($0) })
        for (count, mean) in zip(counts, expected) {
            // A count from 0 to M with mean μ has a variance of at most M μ.
            #expect(
                abs(Double(count) / Double(draws) - mean) < 5 * (Double(window.count) * mean / Double(draws)).squareRoot() + 1e-9)
        }
        let ignored = row.labels.values.contains(LabelMap.ignored)
        #expect(ignored || abs(expected.reduce(0, +) - Double(window.count)) < 1e-9)
    }

    /// Where no class is the background, class 0 is sought as the others are.
    @Test func withoutABackgroundClass0IsForeground() throws {
        let size = GridSize(height: 9, width: 7)
        var labels = [UInt8](repeating: LabelMap.ignored, count: 63)
        labels[62] = 0
        let sample = Sample(
            id: SampleID(caseID: "c", plane: 0), image: (0..<63).map { Float($0) }, labels: labels, channels: 1, size: size,
            sourceSize: size)
        let map = try LabelMap([0: 0, 1: 1], hasBackground: false)
        for seed in 0..<20 as Range<UInt64> {
            #expect(try Self.crop(sample, foreground: 1, seed: seed, labels: map).labels.contains(0))
        }
    }

    @Test func onlyACropCuts() {
        #expect(RandomCrop(Self.recipe(.pad(to: GridSize(height: 4, width: 3)))) == nil)
    }
}
