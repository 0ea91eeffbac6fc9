import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import Sampling
@testable import SegPlanning

@Suite struct InspectionTests {
    @Test func aDataSetIsCountedSplitBySplit() throws {
        try withTemporaryFolder { folder in
            try PlainPictures.write(to: folder)
            let configuration = try TinyRun.configuration(["input.fit={pad: [4, 4]}"])
            var done: [Int] = []
            let census = try DataSetCensus(of: configuration.openDataSet(at: folder), configuration: configuration) {
                done.append($0)
            }
            #expect(done == [4, 5], "in batches of four for each worker")
            #expect(census.layout == .folders)
            #expect(census.folder == folder.appending(path: "split.csv").path)
            #expect(census.classNames == ["background", "foreground"])
            #expect(census.splits.map(\.split) == [.train, .validation, .test])
            #expect(census.splits.map(\.cases) == [3, 1, 1])
            #expect(census.splits.map(\.planes) == [3, 1, 1])
            #expect(census.splits.map(\.labels.counts) == [[128, 64], [32, 32], [32, 32]])
            #expect(census.splits.map(\.casesWithout) == [[0, 1], [0, 0], [0, 0]])
            #expect(census.splits.allSatisfy { $0.smallest == Extent(width: 8, height: 8) && $0.largest == $0.smallest })
            #expect(census.splits.allSatisfy { $0.smallestSpacing == nil && $0.largestSpacing == nil }, "a PNG states no spacing")
            #expect(census.trainingLabels.total == 0, "training cannot take planes that its frame does not hold")
            #expect(census.problems.contains { $0.severity == .error && $0.text.contains("8×8") }, "\(census.problems)")
        }
    }

    /// Labels whose own header says another spacing are counted at the image's, as training sees them.
    @Test func trainingLabelsHaveTheSpacingOfTheImage() throws {
        try withTemporaryFolder { folder in
            let extent = Extent(width: 6, height: 4, depth: 2)
            for (part, spacing) in [("images", [2, 2, 1]), ("labels", [1, 1, 1])] as [(String, [Double])] {
                for name in ["a", "b"] {
                    let url = folder.appending(path: "\(part)/\(name).nii")
                    try FileManager.default.createDirectory(
                        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                    let samples = Samples.uint8((0..<48).map { UInt8($0 % 7 / 5) })
                    try NIfTI.write(samples, extent: extent, geometry: VoxelGeometry(spacing: spacing), to: url)
                }
            }
            try Data("file,split\na,train\nb,val\n".utf8).write(to: folder.appending(path: "split.csv"))
            let configuration = try TinyRun.configuration([
                "data.label_grid=fromImage", "input.spacing=[1, 1]", "input.fit={pad: [16, 16]}",
            ])
            let dataSet = try configuration.openDataSet(at: folder)
            let census = try DataSetCensus(of: dataSet, configuration: configuration) { _ in }
            let statistics = try LabelStatistics(
                counting: dataSet.cases(of: .train), recipe: configuration.recipe, selection: .all)
            #expect(census.trainingLabels == statistics.labels && statistics.labels.total == 4 * 48)
            #expect(census.trainingView == "axial planes or pictures, at 1 × 1 mm, framed to 16×16")
        }
    }

    /// Planes are often as wide as a power of two: samples at equal steps would all be of one column.
    @Test func percentilesAreOfAllColumns() throws {
        try withTemporaryFolder { folder in
            let extent = Extent(width: 64, height: 64, depth: 32)
            let values = (0..<extent.voxelCount).map { (index: Int) -> UInt8 in index % 64 == 0 ? 0 : UInt8(100 + index % 64) }
            for name in ["a", "b"] {
                for part in ["images", "labels"] {
                    let url = folder.appending(path: "\(part)/\(name).nii")
                    try FileManager.default.createDirectory(
                        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                    let samples = part == "images" ? values : values.map { (value: UInt8) -> UInt8 in value > 150 ? 1 : 0 }
                    try NIfTI.write(.uint8(samples), extent: extent, geometry: VoxelGeometry(spacing: [1, 1, 1]), to: url)
                }
            }
            try Data("file,split\na,train\nb,val\n".utf8).write(to: folder.appending(path: "split.csv"))
            let configuration = try TinyRun.configuration()
            let census = try DataSetCensus(of: configuration.openDataSet(at: folder), configuration: configuration) { _ in }
            let channel = try #require(census.channels.first)
            #expect((125...139).contains(channel.percentiles[1]) && channel.percentiles[2] >= 162, "\(channel.percentiles)")
        }
    }

    @Test func sizesAndSpacingsAreRangesAlongEachAxis() throws {
        try withTemporaryFolder { folder in
            for (name, extent, spacing) in [
                ("a", Extent(width: 3, height: 9, depth: 2), [1, 2, 3.0]),
                ("b", Extent(width: 5, height: 4, depth: 7), [2, 1, 3.0]),
            ] {
                for part in ["images", "labels"] {
                    let url = folder.appending(path: "\(part)/\(name).nii")
                    try FileManager.default.createDirectory(
                        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                    let samples = Samples.uint8([UInt8](repeating: 0, count: extent.voxelCount))
                    try NIfTI.write(samples, extent: extent, geometry: VoxelGeometry(spacing: spacing), to: url)
                }
            }
            try Data("file,split\na,test\nb,test\n".utf8).write(to: folder.appending(path: "split.csv"))
            let configuration = try TinyRun.configuration()
            let census = try DataSetCensus(of: configuration.openDataSet(at: folder), configuration: configuration) { _ in }
            let split = try #require(census.splits.first)
            #expect(census.splits.count == 1, "only splits with cases")
            #expect(
                (split.smallest, split.largest) == (Extent(width: 3, height: 4, depth: 2), Extent(width: 5, height: 9, depth: 7)))
            #expect(split.smallestSpacing == [1, 1, 3])
            #expect(split.largestSpacing == [2, 2, 3])
            #expect(split.planes == 9)
        }
    }

    @Test func anImageIsDescribedForScripts() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.nii.gz")
            let affine = Affine(rowMajor: [0, -2, 0, 10, 1.5, 0, 0, -20, 0, 0, -3, 30, 0, 0, 0, 1])
            try NIfTI.write(
                .float32([.nan, 1, 3, .infinity]), extent: Extent(width: 2, height: 2), geometry: VoxelGeometry(affine: affine),
                to: url)
            let json = try JSONEncoder().encode(ImageCensus(of: url))
            let found = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
            #expect(
                Set(found.keys) == [
                    "file", "format", "shape", "channels", "dtype", "slope", "intercept", "spacing", "affine", "orientation",
                    "geometry_source", "minimum", "maximum", "mean", "nan", "infinite", "notes",
                ])
            #expect(found["format"] as? String == "NIfTI-1")
            #expect(found["shape"] as? [Int] == [2, 2, 1])
            #expect(found["channels"] as? Int == 1)
            #expect(found["dtype"] as? String == "float32")
            #expect(found["spacing"] as? [Double] == [1.5, 2, 3])
            #expect(found["affine"] as? [[Double]] == [[0, -2, 0, 10], [1.5, 0, 0, -20], [0, 0, -3, 30], [0, 0, 0, 1]])
            #expect(found["orientation"] as? String == "ALI")
            #expect(found["geometry_source"] as? String == "sform")
            #expect([found["minimum"], found["maximum"], found["mean"]].map { $0 as? Double } == [1, 3, 2])
            #expect([found["nan"], found["infinite"]].map { $0 as? Int } == [1, 1])
        }
    }

    @Test func whatAFileDoesNotSayIsNull() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.png")
            try PNG.write(gray: [1, 2], width: 2, height: 1, to: url)
            let json = try JSONEncoder().encode(ImageCensus(of: url))
            let found = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
            for key in ["spacing", "affine", "orientation", "geometry_source"] { #expect(found[key] is NSNull, "\(key)") }
        }
    }

    @Test func aDataSetWithoutATableIsSplitBySeed() throws {
        try withTemporaryFolder { folder in
            try PlainPictures.write(to: folder)
            try FileManager.default.removeItem(at: folder.appending(path: "split.csv"))
            let dataSet = try TinyRun.configuration().openDataSet(at: folder)
            #expect((dataSet.count(of: .train), dataSet.count(of: .validation), dataSet.count(of: .test)) == (3, 1, 1))
            let again = try TinyRun.configuration().openDataSet(at: folder)
            #expect(dataSet == again)
        }
    }
}
