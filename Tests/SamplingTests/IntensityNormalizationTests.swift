import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import Sampling

struct IntensityNormalizationTests {
    private func apply(_ normalization: IntensityNormalization, _ values: [Float], channels: Int = 1) throws -> [Float] {
        let extent = Extent(width: values.count / channels, height: 1, channels: channels)
        return try CaseImage(
            [.init(samples: .float32(values), scaling: .identity, path: "i.nii")], extent: extent, normalization
        ).values
    }

    @Test(arguments: [
        (
            IntensityNormalization.window(low: -1400, high: 100), [-3000, -1400, -650, 100, 500] as [Float],
            [-0.5, -0.5, 0, 0.5, 0.5] as [Float]
        ),
        (.zScore, [1, 3], [-1, 1]),
        (.zScore, [7, 7, 7], [0, 0, 0]),
        (.zScore, [16_777_216, 16_777_216], [0, 0]),
        (.percentiles(low: 0, high: 100), [10, 20, 30], [-0.5, 0, 0.5]),
        (.percentiles(low: 25, high: 75), [0, 1, 2, 3, 100], [-0.5, -0.5, 0, 0.5, 0.5]),
        (.percentiles(low: 1, high: 99), [4, 4], [0, 0]),
        (.range(low: 0, high: 255), [0, 51, 255, 510], [0, 0.2, 1, 2]),
        (.clip(low: -10, high: 30, mean: 10, deviation: 4), [-99, -10, 10, 14, 99], [-5, -5, 0, 1, 5]),
        (.unchanged, [-7, 0, 3.5], [-7, 0, 3.5]),
    ])
    func formulas(normalization: IntensityNormalization, values: [Float], expected: [Float]) throws {
        let found = try apply(normalization, values)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(found)")
    }

    @Test func channelsAreNormalisedAlone() throws {
        #expect(try apply(.zScore, [1, 3, 100, 300], channels: 2) == [-1, 1, -1, 1])
        let found = try apply(.imageNet, [0, 255, 0, 255, 0, 255], channels: 3)
        let expected: [Float] = [-2.1179, 2.2489, -2.0357, 2.4286, -1.8044, 2.6400]
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 }, "\(found)")
    }

    @Test(arguments: [
        (
            IntensityNormalization.zScore, [1, .nan, 2, -.infinity] as [Float],
            "i.nii: 2 voxels NaN or infinite, first at x 1, y 0, z 0; expected finite intensities; repair the file"
        ),
        (
            .window(low: 0, high: 1), [1, 1, .infinity, 2],
            "i.nii: 1 voxel NaN or infinite, first at x 0, y 0, z 0, channel 1; expected finite intensities; repair the file"
        ),
        (.imageNet, [1, 2, 3, 4], "i.nii: 2 channels, expected 3 for ImageNet's statistics; normalise otherwise"),
    ])
    func refusesImages(normalization: IntensityNormalization, values: [Float], expected: String) {
        let channels = expected.contains("hannel") ? 2 : 1
        #expect(message(of: { _ = try apply(normalization, values, channels: channels) }) == expected)
    }

    @Test func channelsHaveRulesOfTheirOwn() throws {
        let rule = IntensityNormalization.channels([.range(low: 0, high: 2), .zScore])
        #expect(try apply(rule, [1, 3, 100, 300], channels: 2) == [0.5, 1.5, -1, 1])
        #expect(
            message(of: { _ = try apply(rule, [1, 2, 3], channels: 3) })
                == "i.nii: 3 channels, expected 2 as entries in input.normalization")
    }

    /// A ring of 1, 3, … about a hole, with zeros outside: the hole is inside, as SciPy fills it, and what is outside stays 0.
    @Test func zerosOutsideStayAsTheyAre() throws {
        let rows: [[Float]] = [[0, 0, 0, 0, 0], [0, 2, 2, 2, 0], [0, 2, 0, 2, 0], [0, 2, 2, 2, 0], [0, 0, 0, 0, 0]]
        let extent = Extent(width: 5, height: 5)
        let image = try CaseImage(
            [.init(samples: .float32(rows.flatMap(\.self)), scaling: .identity, path: "i.nii")], extent: extent, .zScoreNonzero)
        // Nine voxels: eight of 2 and one of 0, mean 16/9, deviation √(32/9 − 256/81).
        let (mean, deviation) = (Float(16.0 / 9), Float((32.0 / 9 - 256.0 / 81).squareRoot()))
        let expected = rows.enumerated().flatMap { y, row in
            row.enumerated().map { x, value in
                (1...3).contains(x) && (1...3).contains(y) ? (value - mean) / deviation : 0
            }
        }
        #expect(zip(image.values, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(image.values)")
        #expect(image.values(6..<9, channel: 0) == Array(image.values[6..<9]), "a part is as the whole")
        #expect(image.clipped(10..<15, channel: 0) == [0, 2, 0, 2, 0], "pictures are the file's")
    }

    /// A second channel that is not 0 there makes a voxel one of the inside.
    @Test func anyChannelMakesTheInside() throws {
        let image = try CaseImage(
            [.init(samples: .float32([0, 1, 3, 5, 0, 0]), scaling: .identity, path: "i.nii")],
            extent: Extent(width: 3, height: 1, channels: 2), .channels([.zScoreNonzero, .unchanged]))
        let (mean, deviation) = (Float(4.0 / 3), Float((10.0 / 3 - 16.0 / 9).squareRoot()))
        let expected = [-mean, 1 - mean, 3 - mean].map { $0 / deviation } + [5, 0, 0]
        #expect(zip(image.values, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(image.values)")
    }

    /// A 16-bit picture among bytes would reach the network 257 times too bright.
    @Test(arguments: [[0, 65535, 1] as [Float], [-1, 3, 4]])
    func imageNetsStatisticsAreForBytes(values: [Float]) {
        let found = "\(values.min() ?? 0) to \(values.max() ?? 0)"
        #expect(
            message(of: { _ = try apply(.imageNet, values, channels: 3) })
                == "i.nii: intensities from \(found); expected those of bytes, 0 to 255, for ImageNet's statistics; "
                + "save the image with 8 bits a channel, or normalise otherwise")
    }

    @Test(arguments: [
        (IntensityNormalization.window(low: 100, high: -1400), "normalization: low 100.0, high -1400.0; expected low below high"),
        (.range(low: 0, high: .infinity), "normalization: low 0.0, high inf; expected low below high"),
        (
            .clip(low: 0, high: 1, mean: 0, deviation: 0),
            "normalization: mean 0.0, deviation 0.0; expected a mean, and a deviation above 0"
        ),
        (
            .channels([.zScore, .imageNet]),
            "normalization: a list or imagenet in a list; expected one entry a channel, each z_score, none, or one of window, percentiles, range, clip"
        ),
        (.percentiles(low: 1, high: 101), "normalization: percentiles 1.0 and 101.0; expected 0 to 100, low below high"),
    ])
    func refusesSettings(normalization: IntensityNormalization, expected: String) {
        #expect(message(of: { try normalization.validate() }) == expected)
    }

    @Test(arguments: [
        IntensityNormalization.window(low: -1400, high: 100), .zScore, .percentiles(low: 0.5, high: 99.5), .imageNet,
        .zScoreNonzero, .unchanged, .clip(low: -950, high: 240.5, mean: -120, deviation: 310),
        .channels([.zScore, .clip(low: 0, high: 1, mean: 0.5, deviation: 0.25), .unchanged]),
    ])
    func survivesCoding(normalization: IntensityNormalization) throws {
        let data = try JSONEncoder().encode(normalization)
        #expect(try JSONDecoder().decode(IntensityNormalization.self, from: data) == normalization)
    }
}
