import MedicalImages
import Randomness
import TestSupport
import Testing

@testable import Sampling

/// Intensities that stay as they are stored until somebody asks for them.
@Suite struct CaseImageTests {
    private static let extent = Extent(width: 7, height: 5, depth: 3, channels: 2)

    private func stored() -> [Int16] {
        var generator = SeededGenerator(seed: 11)
        return (0..<Self.extent.sampleCount).map { _ in Int16(generator.index(below: 90)) - 40 }
    }

    private static let normalizations: [IntensityNormalization] = [
        .zScore, .window(low: -20, high: 35), .percentiles(low: 3.3, high: 98.1), .range(low: 0, high: 100),
    ]

    /// What is stored narrowly, in one file or in one for each channel, is what its real values are.
    @Test(arguments: normalizations, [IntensityScaling.identity, .init(slope: -0.37, intercept: 12.5)])
    func narrowSamplesAreTheirRealValues(_ normalization: IntensityNormalization, _ scaling: IntensityScaling) throws {
        let stored = stored()
        let real = stored.map { Float(scaling.slope * Double($0) + scaling.intercept) }
        let half = Self.extent.voxelCount
        let wide = try CaseImage(
            [.init(samples: .float32(real), scaling: .identity, path: "f")], extent: Self.extent, normalization)
        let narrow = try CaseImage(
            [.init(samples: .int16(stored), scaling: scaling, path: "f")], extent: Self.extent, normalization)
        let apart = try CaseImage(
            [
                .init(samples: .int16(Array(stored[..<half])), scaling: scaling, path: "f"),
                .init(samples: .float32(Array(real[half...])), scaling: .identity, path: "g"),
            ], extent: Self.extent, normalization)
        #expect(narrow.values == wide.values && apart.values == wide.values)
        #expect(narrow.bytes * 2 == wide.bytes)
        let rows = [3, 40, 70]
        #expect(
            apart.values(runsAt: rows, of: 9, channel: 1)
                == rows.flatMap { Array(wide.values[half + $0..<half + $0 + 9]) })
    }

    @Test func whatIsNoNumberIsFoundInItsFile() {
        var values = [Float](repeating: 1, count: Self.extent.sampleCount)
        values[Self.extent.voxelCount + 37] = .nan
        values[Self.extent.voxelCount + 40] = .infinity
        #expect(
            messageThrown {
                _ = try CaseImage(
                    [.init(samples: .float32(values), scaling: .identity, path: "f")], extent: Self.extent, .zScore)
            } == CaseError.notFinite(path: "f", count: 2, first: VoxelPosition(x: 2, y: 0, z: 1, channel: 1)).description)
    }

    @Test(arguments: [[0, 50, 100], [0.5, 99.5], [33.3, 66.6, 66.7]])
    func percentilesOfCountsAreThoseOfTheNumbers(_ percents: [Double]) {
        let values = stored().map(Float.init)
        let tally = Dictionary(grouping: values) { $0 }.map { (value: $0.key, count: $0.value.count) }.sorted {
            $0.value < $1.value
        }
        #expect(Percentiles.of(tally, at: percents) == Percentiles.of(values, at: percents))
    }
}
