import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegInference

/// Cohorts: their order, what ends them, what is kept of them, and how much work they are.
@Suite struct PredictionRunTests {
    private func plan(_ input: URL, to output: URL?) throws -> PredictionPlan {
        try PredictionPlan(PredictionInput(input, grouping: ImageGrouping(LayoutSettings(), channels: 1)), output: output)
    }

    /// Reading ahead and writing behind change neither what is written nor what is told, nor its order.
    @Test(arguments: [true, false])
    func casesComeInTheirOrder(overlaps: Bool) throws {
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for name in ["a", "c", "d", "f"] {
                try PNG.write(gray: [1, 0], width: 2, height: 1, to: scans.appending(path: "\(name).png"))
            }
            for name in ["b", "e"] { try Data("no picture".utf8).write(to: scans.appending(path: "\(name).png")) }
            let output = folder.appending(path: "out")
            var told: [String] = []
            _ = try Predictor(LevelNetwork.model([0, 1]), overlaps: overlaps).run(plan(scans, to: output)) { event in
                switch event {
                case .started(_, let job): told.append("start \(job.dataCase.id)")
                case .read(let index): told.append("read \(index)")
                case .progressed(let index, let done, let count): told.append("\(index): \(done)/\(count)")
                case .written(let written):
                    let isThere = FileManager.default.fileExists(atPath: written.job.output.path)
                    #expect(isThere && written.planes == 1 && written.seconds > 0)
                    told.append("written \(written.job.dataCase.id)")
                case .leftOut(let unreadable): told.append("left out \(unreadable.id)")
                }
            }
            let order = told.filter { !$0.hasPrefix("start") && !$0.hasPrefix("read") && !$0.contains("/") }
            #expect(order == ["written a", "left out b", "written c", "written d", "left out e", "written f"])
            #expect(told.filter { $0.hasPrefix("start") } == ["a", "b", "c", "d", "e", "f"].map { "start \($0)" })
            #expect(told.filter { $0.hasPrefix("read") } == ["read 0", "read 2", "read 3", "read 5"])
            #expect(told.filter { $0.contains("/") } == ["0: 1/1", "2: 1/1", "3: 1/1", "5: 1/1"])
        }
    }

    @Test func aFileThatCannotBeWrittenEndsTheCallAfterThoseBefore() throws {
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for name in ["a", "b", "c"] {
                try PNG.write(gray: [1, 0], width: 2, height: 1, to: scans.appending(path: "\(name).png"))
            }
            let output = folder.appending(path: "out")
            let plan = try plan(scans, to: output)
            var written: [String] = []
            let message = messageThrown {
                _ = try Predictor(LevelNetwork.model([0, 1])).run(plan) { event in
                    if case .written(let file) = event { written.append(file.job.dataCase.id) }
                    // A folder takes the place of the second file.
                    if case .started(index: 1, let job) = event {
                        try? FileManager.default.createDirectory(
                            at: job.output.appending(path: "x"), withIntermediateDirectories: true)
                    }
                }
            }
            #expect(message?.hasPrefix("\(output.path)/b.png cannot be put in place: ") == true, "\(message ?? "nothing")")
            #expect(written == ["a"])
            #expect(try TinyRun.names(in: output) == ["a.png", "b.png"])
        }
    }

    /// What is kept is a label file of this model.
    @Test(
        arguments: [([0, 1, 0, 1], nil), ([0, 7, 300, 1], "it holds 7, 300, and the model's labels are 0, 1")]
            as [([Int16], String?)])
    func keptLabelsAreOfTheModelsClasses(_ labels: [Int16], _ problem: String?) throws {
        try withTemporaryFolder { folder in
            let (image, output) = (folder.appending(path: "a.nii"), folder.appending(path: "b.nii"))
            let (extent, geometry) = (Extent(width: 2, height: 2), VoxelGeometry(spacing: [1, 1, 1]))
            try NIfTI.write(.uint8([0, 1, 1, 0]), extent: extent, geometry: geometry, to: image)
            try NIfTI.write(.int16(labels), extent: extent, geometry: geometry, to: output)
            let source = try PredictionInput(image, grouping: ImageGrouping(LayoutSettings(), channels: 1))
            let message = messageThrown {
                let plan = try PredictionPlan(source, output: output, continues: true, values: [0, 1])
                #expect(plan.jobs.isEmpty && plan.done.count == 1)
            }
            #expect(
                message
                    == problem.map {
                        "\(output.path) cannot be kept: \($0); remove it, or add --overwrite in place of --continue"
                    })
        }
    }

    @Test func theSizesOfCasesComeFromTheirHeaders() throws {
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for depth in [3, 1] {
                let extent = Extent(width: 2, height: 2, depth: depth)
                try NIfTI.write(
                    .uint8([UInt8](repeating: 0, count: extent.voxelCount)), extent: extent,
                    geometry: VoxelGeometry(spacing: [1, 1, 1]), to: scans.appending(path: "\(depth).nii"))
            }
            try Data("x".utf8).write(to: scans.appending(path: "x.nii"))
            let model = try LevelNetwork.model([0, 1])
            let sizes = CaseSizes(try plan(scans, to: nil).jobs.map(\.dataCase), for: model)
            #expect(sizes.planes == 4)
            #expect(sizes.work == [64, 192, 0], "planes in frames of 8×8")
            let window = InferenceSettings(window: .size(GridSize([1, 1])))
            let passes = sizes.passes(window, of: model)
            #expect((passes.ofOne, passes.all) == (192, 256))
            let memory = try #require(sizes.memory(of: model))
            #expect(memory.bytes > 16 * 2 * 64 && memory.allowsOverlap)
        }
    }
}
