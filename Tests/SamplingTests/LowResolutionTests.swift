import CaseTestSupport
import Foundation
import Randomness
import Testing

@testable import Sampling

struct LowResolutionTests {
    private static func sample(_ image: [Float], _ size: GridSize, channels: Int = 1) -> Sample {
        Sample(
            id: SampleID(caseID: "c", plane: nil), image: image, labels: (0..<size.count).map { UInt8($0 % 3) },
            channels: channels, size: size, sourceSize: size)
    }

    /// A row of ten pixels in five: each takes the second of its pair, and what lies between is interpolated.
    @Test func halfThePixelsAreInterpolated() {
        let row: [Float] = [0, 10, 0, 20, 0, 40, 0, 80, 0, 160]
        let size = GridSize(height: 1, width: 10)
        #expect(
            LowResolution.reduced(row, size: size, zoom: 0.5) == [10, 12.5, 17.5, 25, 35, 50, 70, 100, 140, 160])
        #expect(LowResolution.reduced(row, size: size, zoom: 1) == row)
    }

    /// The same along every axis of a volume; a slab keeps its planes.
    @Test(arguments: [(GridSize([8, 8, 8]), false), (GridSize([2, 8, 8]), true)])
    func everyAxisLosesPixels(size: GridSize, keepsPlanes: Bool) {
        func ramp(_ index: Int) -> [Int] { [index / 64, index / 8 % 8, index % 8] }
        for axis in 0..<3 {
            // Pixels of odd number are bright, and those are the ones that are kept.
            let stripes = (0..<size.count).map { Float(ramp($0)[axis] % 2) }
            let reduced = LowResolution.reduced(stripes, size: size, zoom: 0.5)
            #expect(reduced == (axis == 0 && keepsPlanes ? stripes : stripes.map { _ in 1 }), "axis \(axis)")
        }
    }

    @Test(
        arguments: [GridSize(height: 9, width: 7), GridSize([5, 9, 7]), GridSize([1, 1, 1]), GridSize(height: 1, width: 3)],
        [0.3, 0.5, 0.77])
    func anImageOfOneValueStaysAsItIs(size: GridSize, zoom: Double) {
        let image = [Float](repeating: -0.7, count: size.count)
        #expect(LowResolution.reduced(image, size: size, zoom: zoom) == image)
    }

    @Test(arguments: [GridSize(height: 12, width: 10), GridSize([6, 12, 10])])
    func labelsAndOtherSamplesStayAsTheyAre(size: GridSize) {
        let image = (0..<4 * size.count).map { Float($0 * 37 % 101) }
        let before = Self.sample(image, size, channels: 4)
        var changed = [Int](repeating: 0, count: 5)
        for seed in 0..<200 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var after = before
            LowResolution(probability: 0.25, channels: 0.5, zoom: [0.5, 0.9]).apply(to: &after, generator: &generator)
            #expect(after.labels == before.labels)
            let channels = (0..<4).count { channel in
                let range = channel * size.count..<(channel + 1) * size.count
                return after.image[range] != before.image[range]
            }
            changed[channels] += 1
        }
        // A quarter of the samples, less those of which no channel is drawn; two channels of four on average.
        #expect((130...180).contains(changed[0]), "\(changed)")
        let total = (0..<5).reduce(0) { $0 + $1 * changed[$1] }
        #expect((65...140).contains(total), "\(changed)")
    }

    /// What is not asked for draws no numbers.
    @Test func withoutItTheOthersDrawTheSame() throws {
        let size = GridSize(height: 8, width: 8)
        let image = (0..<size.count).map { Float($0 % 5) }
        func changed(_ lowResolution: LowResolution?) throws -> Sample {
            try Self.sample(image, size).changed(
                by: Augmentation(blur: GaussianBlur(sigma: [0.5, 1]), lowResolution: lowResolution, noise: 0.1),
                normalization: .zScore, seed: 3)
        }
        #expect(try changed(nil) == changed(LowResolution(probability: 0)))
        #expect(try changed(nil) != changed(LowResolution(channels: 1, zoom: [0.5, 0.5])))
    }

    @Test(arguments: [
        (LowResolution(probability: 2), "augmentation low_resolution.probability: 2.0; expected 0 to 1"),
        (LowResolution(channels: -1), "augmentation low_resolution.channels: -1.0; expected 0 to 1"),
        (
            LowResolution(zoom: [0, 1]),
            "augmentation low_resolution.zoom: [0.0, 1.0]; expected [smallest, largest], above 0 to 1"
        ),
        (LowResolution(zoom: [0.5]), "augmentation low_resolution.zoom: [0.5]; expected [smallest, largest], above 0 to 1"),
        (LowResolution(), "no error"),
    ])
    func validates(lowResolution: LowResolution, expected: String) {
        #expect(message(of: { try Augmentation(lowResolution: lowResolution).validate() }) == expected)
    }

    @Test func whatIsNotWrittenIsAsInNNUNet() throws {
        let written = try JSONDecoder().decode(LowResolution.self, from: Data(#"{"probability": 0.25}"#.utf8))
        #expect(written == LowResolution(probability: 0.25, channels: 0.5, zoom: [0.5, 1]))
        let encoded = try JSONEncoder().encode(written)
        #expect(try JSONDecoder().decode(LowResolution.self, from: encoded) == written)
    }
}
