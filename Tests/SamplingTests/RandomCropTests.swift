import CaseTestSupport
import Randomness
import Testing

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
        return try sample.cut(by: crop, generator: &generator)
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

    /// The share of foreground, and about what windows are placed.
    static let rules: [(Double, GridFit.Focus)] = [(0, .pixel), (0.33, .pixel), (1, .pixel), (0.33, .class), (1, .class)]

    @Test(arguments: planes, rules)
    func theExpectationIsTheMeanOfManyDraws(
        _ row: (labels: [Int: UInt8], size: (Int, Int)), rule: (foreground: Double, about: GridFit.Focus)
    ) throws {
        var labels = [UInt8](repeating: 0, count: 63)
        for (place, label) in row.labels { labels[place] = label }
        let size = GridSize(height: 9, width: 7)
        let sample = Sample(
            id: SampleID(caseID: "c", plane: 0), image: Array(repeating: 0, count: 63), labels: labels, channels: 1, size: size,
            sourceSize: size)
        let window = GridSize(height: row.size.0, width: row.size.1)
        let crop = try #require(RandomCrop(Self.recipe(.crop(to: window, foreground: rule.foreground, about: rule.about))))
        let stored = try StoredSample(sample, for: crop)
        let draws = 1500
        var generator = SeededGenerator(seed: 7)
        var counts = [0, 0, 0]
        for _ in 0..<draws {
            let window = try stored.cut(crop.window(in: stored, generator: &generator))
            for label in window.labels where label != LabelMap.ignored {
                counts[Int(label)] += 1
            }
        }
        let expected = crop.expectedPixels(
            of: labels, size: size, labelCount: 3,
            classOfLabel: (0...255).map { [1, 2].contains($0) ? $0 : nil })
        for (count, mean) in zip(counts, expected) {
            // A count from 0 to M with mean μ has a variance of at most M μ.
            #expect(
                abs(Double(count) / Double(draws) - mean) < 5 * (Double(window.count) * mean / Double(draws)).squareRoot() + 1e-9)
        }
        let ignored = row.labels.values.contains(LabelMap.ignored)
        #expect(ignored || abs(expected.reduce(0, +) - Double(window.count)) < 1e-9)
    }

    /// One pixel of class 1 against forty of class 2: every second window is about it.
    @Test(arguments: [(GridFit.Focus.pixel, 1.0 / 41), (.class, 0.5)])
    func aSmallClassComesAsOftenAsALargeOne(about: GridFit.Focus, share: Double) throws {
        var labels = [UInt8](repeating: 0, count: 9000)
        labels[17] = 1
        for place in 8900..<8940 { labels[place] = 2 }
        let size = GridSize(height: 90, width: 100)
        let sample = Sample(
            id: SampleID(caseID: "c", plane: 0), image: Array(repeating: 0, count: 9000), labels: labels, channels: 1, size: size,
            sourceSize: size)
        let fit = GridFit.crop(to: GridSize(height: 3, width: 3), foreground: 1, about: about)
        let crop = try #require(RandomCrop(Self.recipe(fit)))
        let stored = try StoredSample(sample, for: crop)
        var generator = SeededGenerator(seed: 3)
        let draws = 4000
        var (small, places) = (0, Set<GridBox>())
        for _ in 0..<draws {
            let window = try crop.window(in: stored, generator: &generator)
            let labels = try stored.cut(window).labels
            #expect(labels.contains(1) != labels.contains(2))
            if labels.contains(1) { small += 1 } else { places.insert(window) }
        }
        // Five standard deviations.
        #expect(abs(Double(small) - share * Double(draws)) < 5 * (Double(draws) * share * (1 - share)).squareRoot())
        #expect(places.count == 39, "every pixel of the large class, of which two at the border place one window")
    }

    /// What lies on disk is cut as what lies in memory.
    @Test func windowsOnDiskAreThoseInMemory() throws {
        let size = GridSize([20, 30, 40])
        let labels = (0..<size.count).map { UInt8($0 / 997 % 3) }
        let sample = Sample(
            id: SampleID(caseID: "c", plane: nil), image: (0..<2 * size.count).map { Float($0) }, labels: labels, channels: 2,
            size: size, sourceSize: size)
        let fit = GridFit.crop(to: GridSize([5, 6, 7]), foreground: 0.5, about: .class)
        let crop = try #require(RandomCrop(Self.recipe(fit)))
        let folder = try TemporaryFolder()
        let memory = try StoredSample(sample, for: crop)
        let disk = try StoredSample(sample, in: ScratchFile(in: folder.url, for: "samples"), for: crop)
        #expect(try disk.whole() == sample)
        var (first, second) = (SeededGenerator(seed: 1), SeededGenerator(seed: 1))
        for _ in 0..<50 {
            let window = try crop.window(in: memory, generator: &first)
            #expect(try crop.window(in: disk, generator: &second) == window)
            #expect(try memory.cut(window) == disk.cut(window))
        }
    }

    /// Every pixel of every class is found by its number, in blocks and at their borders.
    @Test(arguments: [1, 4095, 4096, 4097, 9000])
    func pixelsAreFoundByTheirNumber(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let labels = (0..<count).map { _ in UInt8(generator.index(below: 4)) }
        let places = ForegroundPlaces(of: labels, groupOfLabel: (0...255).map { (1...3).contains($0) ? $0 % 2 : nil })
        let expected = [[2], [1, 3]].map { group in labels.indices.filter { group.contains(Int(labels[$0])) } }
            .filter { !$0.isEmpty }
        #expect(places.counts == expected.map(\.count))
        for (group, all) in expected.enumerated() {
            let found = all.indices.map { number in
                places.pixel(number, ofGroup: group) { Array(labels[$0.clamped(to: 0..<count)]) }
            }
            #expect(found == all)
        }
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
