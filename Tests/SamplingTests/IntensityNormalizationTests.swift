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
        (.percentiles(low: 1, high: 101), "normalization: percentiles 1.0 and 101.0; expected 0 to 100, low below high"),
    ])
    func refusesSettings(normalization: IntensityNormalization, expected: String) {
        #expect(message(of: { try normalization.validate() }) == expected)
    }

    @Test(arguments: [
        IntensityNormalization.window(low: -1400, high: 100), .zScore, .percentiles(low: 0.5, high: 99.5), .imageNet,
    ])
    func survivesCoding(normalization: IntensityNormalization) throws {
        let data = try JSONEncoder().encode(normalization)
        #expect(try JSONDecoder().decode(IntensityNormalization.self, from: data) == normalization)
    }
}
