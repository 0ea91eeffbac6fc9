import Testing

@testable import SegData

struct RandomCropTests {
    /// 9 × 7 pixels whose image is their place; one of them is foreground.
    private static func sample(foreground: Int?) -> PlaneSample {
        let size = PlaneSize(height: 9, width: 7)
        var labels = [UInt8](repeating: 0, count: 63)
        labels[0] = LabelMap.ignored
        if let foreground { labels[foreground] = 2 }
        return PlaneSample(
            id: SampleID(caseID: "c", plane: 0), image: (0..<126).map { Float($0) }, labels: labels, channels: 2, size: size,
            sourceSize: size)
    }

    private static func crop(_ sample: PlaneSample, foreground: Double, seed: UInt64) throws -> PlaneSample {
        let crop = try #require(RandomCrop(.crop(to: PlaneSize(height: 4, width: 3), foreground: foreground)))
        var generator = SeededGenerator(seed: seed)
        return crop.apply(to: sample, generator: &generator)
    }

    @Test func windowsAreCutFromImageAndLabelsAlike() throws {
        var corners: Set<Float> = []
        for seed in 0..<200 as Range<UInt64> {
            let sample = Self.sample(foreground: 31)
            let window = try Self.crop(sample, foreground: 0, seed: seed)
            #expect(window.size == PlaneSize(height: 4, width: 3))
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

    @Test func onlyACropCuts() {
        #expect(RandomCrop(.pad(to: PlaneSize(height: 4, width: 3))) == nil)
    }
}
