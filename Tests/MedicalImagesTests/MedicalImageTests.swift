import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct MedicalImageTests {
    private func image(_ samples: Samples, _ extent: Extent, _ folder: URL) throws -> MedicalImage {
        let url = folder.file("a.nii")
        try NIfTI.write(samples, extent: extent, geometry: VoxelGeometry(spacing: [1, 1, 1]), to: url)
        return try NIfTI.read(url)
    }

    @Test(arguments: [
        (Samples.uint8([0, 255]), [Int32(0), 255]),
        (.int8([-128, 127]), [-128, 127]),
        (.int32([.min, 16_777_217]), [.min, 16_777_217]),
        (.uint32([0, 2_147_483_647]), [0, .max]),
        (.int64([-5, 16_777_219]), [-5, 16_777_219]),
        (.uint64([3, 4]), [3, 4]),
        (.float32([-0.0, 16_777_216]), [0, 16_777_216]),
        (.float64([16_777_217, -2_147_483_648]), [16_777_217, .min]),
    ])
    func wholeNumbersAreLabelsToTheLastDigit(_ samples: Samples, _ labels: [Int32]) throws {
        try withTemporaryFolder { folder in
            let image = try image(samples, Extent(width: 2, height: 1), folder)
            #expect(try image.labelValues() == labels)
        }
    }

    struct Misfit: Sendable, CustomTestStringConvertible {
        let samples: Samples
        let extent: Extent
        let count: Int
        let first: String
        var testDescription: String { "\(samples)" }

        init(_ samples: Samples, _ extent: Extent, _ count: Int, _ first: String) {
            (self.samples, self.extent, self.count, self.first) = (samples, extent, count, first)
        }
    }

    @Test(arguments: [
        Misfit(.float32([0, 1, .nan, 3]), Extent(width: 2, height: 2), 1, "nan at x 0, y 1, z 0"),
        Misfit(.float64([0, 0.5, 1.5, 3]), Extent(width: 4, height: 1), 2, "0.5 at x 1, y 0, z 0"),
        // One value that lies further off, and the others are no labels either.
        Misfit(.float64([0.9999, 0.998, 1, 3]), Extent(width: 4, height: 1), 1, "0.998 at x 1, y 0, z 0"),
        Misfit(.float32([0, 1, 2, .infinity]), Extent(width: 1, height: 2, depth: 2), 1, "inf at x 0, y 1, z 1"),
        Misfit(.uint32([0, 1, .max, 3]), Extent(width: 1, height: 1, depth: 4), 1, "4294967295 at x 0, y 0, z 2"),
        Misfit(.int64([.min, .max, 0, 0]), Extent(width: 4, height: 1), 2, "-9223372036854775808 at x 0, y 0, z 0"),
        Misfit(
            .uint64([0, 0, 0, 1 << 31]), Extent(width: 1, height: 1, channels: 4), 1, "2147483648 at x 0, y 0, z 0, channel 3"),
    ])
    func valuesThatAreNoLabelsAreCountedAndTheFirstIsNamed(_ row: Misfit) throws {
        try withTemporaryFolder { folder in
            let image = try image(row.samples, row.extent, folder)
            let error = try #require(imageFileError { _ = try image.labelValues() })
            #expect(error.kind == .notLabels)
            #expect(
                error.description == """
                    \(image.path): \(row.count) of 4 values are no labels, the first is \(row.first); \
                    labels are whole numbers of 32 bits: give the label file, or round its values and save them with an integer \
                    type (in NumPy: numpy.rint(values).astype("int16"); astype alone makes 0 of 0.99)
                    """)
        }
    }

    @Test(arguments: [
        (Samples.float32([0, 0.9999999, 2.0001, -1]), [Int32(0), 1, 2, -1]),
        (.float64([0.001, -0.001, 254.9995, 3]), [0, 0, 255, 3]),
    ])
    func valuesThatAreNearlyLabelsAreRoundedWithANote(_ samples: Samples, _ labels: [Int32]) throws {
        try withTemporaryFolder { folder in
            var notes: [ImageNote] = []
            #expect(try image(samples, Extent(width: 4, height: 1), folder).labelValues { notes.append($0) } == labels)
            #expect(notes.map(\.kind) == [.labelsRounded])
            let scaled = try {
                var scaled = try image(.int16([0, 1, 2]), Extent(width: 3, height: 1), folder)
                scaled.scaling = IntensityScaling(slope: 0.9999, intercept: 0)
                return scaled
            }()
            #expect(try scaled.labelValues { notes.append($0) } == [0, 1, 2])
            #expect(notes.count == 2)
            #expect(try image(.float32([0, 1]), Extent(width: 2, height: 1), folder).labelValues { notes.append($0) } == [0, 1])
            #expect(notes.count == 2)
        }
    }

    @Test func labelsAreJudgedAfterScaling() throws {
        try withTemporaryFolder { folder in
            var image = try image(.int16([0, 1, 2]), Extent(width: 3, height: 1), folder)
            image.scaling = IntensityScaling(slope: 2, intercept: -1)
            #expect(try image.labelValues() == [-1, 1, 3])
            image.scaling = IntensityScaling(slope: 0.5, intercept: 0)
            let error = try #require(imageFileError { _ = try image.labelValues() })
            #expect(
                error.reason.hasPrefix(
                    "1 of 3 values are no labels after scaling by slope 0.5 and intercept 0.0, the first is 0.5 at x 1, y 0, z 0")
            )
            #expect(image.realValues() == [0, 0.5, 1])
        }
    }

    @Test func realValuesAreScaledInDoubleAndRoundedOnce() throws {
        try withTemporaryFolder { folder in
            var image = try image(.int32([16_777_217]), Extent(width: 1, height: 1), folder)
            image.scaling = IntensityScaling(slope: 1, intercept: -16_777_216)
            #expect(image.realValues() == [1])
        }
    }

    @Test(
        arguments: [
            (.float32([-3, 1, 8]), -3, 8, 2, 0, 0), (.float32([.nan, 1, 3]), 1, 3, 2, 1, 0),
            (.float64([.nan, .infinity, -.infinity]), nil, nil, nil, 1, 2),
            (.float64([1e17, 1, -1e17]), -1e17, 1e17, 1.0 / 3, 0, 0),
            (.uint64([0, 3, 9]), 0, 9, 4, 0, 0), (.int16([-32768, 0, 32765]), -32768, 32765, -1, 0, 0),
        ] as [(Samples, Double?, Double?, Double?, Int, Int)])
    func statisticsAreThoseOfFiniteValues(
        _ samples: Samples, _ minimum: Double?, _ maximum: Double?, _ mean: Double?, _ notNumbers: Int, _ infinite: Int
    ) throws {
        try withTemporaryFolder { folder in
            var image = try image(samples, Extent(width: 3, height: 1), folder)
            let found = image.statistics()
            #expect((found.minimum, found.maximum, found.mean) == (minimum, maximum, mean))
            #expect((found.notNumbers, found.infinite) == (notNumbers, infinite))
            image.scaling = IntensityScaling(slope: -2, intercept: 1)
            #expect(image.statistics().minimum == maximum.map { -2 * $0 + 1 })
            #expect(image.statistics().maximum == minimum.map { -2 * $0 + 1 })
        }
    }

    @Test func anExtentCountsVoxelsSamplesAndPlanes() {
        let extent = Extent(width: 2, height: 3, depth: 5, channels: 7)
        #expect((extent.voxelCount, extent.sampleCount, extent.planeCount, extent.planeSize) == (30, 210, 35, 6))
    }
}
