import Foundation
import MedicalImages
import SegMetrics
import TestSupport
import Testing

@testable import Sampling
@testable import SegConfiguration
@testable import SegInference

@Suite struct FolderEvaluationTests {
    private let geometry = VoxelGeometry(spacing: [1, 1, 3])
    private let extent = Extent(width: 4, height: 1, depth: 2)

    private func write(_ values: [UInt8], to url: URL, extent: Extent? = nil, geometry: VoxelGeometry? = nil) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try NIfTI.write(.uint8(values), extent: extent ?? self.extent, geometry: geometry ?? self.geometry, to: url)
    }

    private func evaluation(in folder: URL, groups: [String: String] = [:]) throws -> FolderEvaluation {
        try FolderEvaluation(
            predictions: folder.appending(path: "out"), masks: folder.appending(path: "masks"),
            map: LabelMap([0: 0, 5: 1], ignoring: [9]), classes: ScoredClasses(["ground", "lesion"]), groups: groups)
    }

    @Test func scoresFilesOfEqualNames() throws {
        try withTemporaryFolder { folder in
            try write([5, 5, 0, 0, 0, 0, 0, 9], to: folder.appending(path: "masks/case_1.nii.gz"))
            try write([0, 5, 5, 0, 0, 0, 5, 5], to: folder.appending(path: "out/case_1.nii"))
            try write([5, 0, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "masks/case_2.nii"))
            try write([5, 0, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "out/case_2.nii.gz"))
            var done: [Int] = []
            let evaluation = try evaluation(in: folder, groups: ["case_2": "p"])
            let result = try evaluation.run { done.append($0) }
            #expect(evaluation.caseCount == 2 && done == [1, 2] && result.problems.isEmpty)
            #expect(result.store.cases.map(\.id) == ["case_1", "case_2"])
            #expect(result.store.groups.map(\.id) == ["case_1", "p"])
            #expect(result.store.cases[0].matrix.rows == [[3, 2], [1, 1]])
            #expect(result.store.images.map(\.id) == ["case_1/0", "case_1/1", "case_2/0", "case_2/1"])
            let surfaces = try #require(result.surfaces)
            #expect(surfaces.unit == .millimetres)
            // The voxel at (2, 0, 1) is √(1 + 9) mm from the mask's nearest.
            let root: Double? = 10.0.squareRoot()
            #expect(surfaces.entries.map(\.hausdorff) == [root, 0])
        }
    }

    @Test func everyProblemIsTold() throws {
        try withTemporaryFolder { folder in
            let good: [UInt8] = [5, 5, 0, 0, 0, 0, 0, 0]
            for name in ["bare", "broken", "good", "grid", "ignoring", "shape", "values"] {
                try write(good, to: folder.appending(path: "masks/\(name).nii"))
            }
            for name in ["good", "unasked"] { try write(good, to: folder.appending(path: "out/\(name).nii")) }
            try Data("no image".utf8).write(to: folder.appending(path: "out/broken.nii"))
            try write(good, to: folder.appending(path: "out/grid.nii"), geometry: VoxelGeometry(spacing: [1, 1, 5]))
            try write([9, 0, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "out/ignoring.nii"))
            try write(good, to: folder.appending(path: "out/shape.nii"), extent: Extent(width: 8, height: 1))
            try write([0, 0, 1, 0, 0, 0, 0, 0], to: folder.appending(path: "out/values.nii"))
            let result = try evaluation(in: folder).run()
            #expect(result.store.cases.map(\.id) == ["good"])
            let expected: [(id: String, kind: CaseProblem.Kind, says: String)] = [
                ("bare", .missing, "DIR/masks/bare.nii: no prediction of this name in DIR/out"),
                ("unasked", .extra, "DIR/out/unasked.nii: no mask of this name in DIR/masks"),
                ("broken", .unreadable, "DIR/out/broken.nii: "),
                ("grid", .geometry, "DIR/out/grid.nii: a grid that lies up to 2.0 mm off, expected 0.011 mm at most"),
                (
                    "ignoring", .labels,
                    "DIR/out/ignoring.nii: 1 pixel with a value that is ignored in masks, expected a class; "
                        + "predict a class everywhere"
                ),
                ("shape", .geometry, "DIR/out/shape.nii: 8×1×1 voxels, expected 4×1×2 as DIR/masks/shape.nii"),
                ("values", .labels, "DIR/out/values.nii: 1 label value without a class: 1 on 1 pixel, first at x 2, y 0, z 0"),
            ]
            #expect(result.problems.map(\.caseID) == expected.map(\.id))
            for (found, expected) in zip(result.problems, expected) {
                let message = found.message.replacingOccurrences(of: folder.path, with: "DIR")
                #expect(found.kind == expected.kind && message.hasPrefix(expected.says), "\(message)")
            }
        }
    }

    @Test func masksWithLostHeadersAreComparedVoxelByVoxel() throws {
        try withTemporaryFolder { folder in
            try write([5, 5, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "out/a.nii"))
            try write(
                [5, 0, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "masks/a.nii"), geometry: VoxelGeometry(spacing: [9, 9, 9]))
            let refused = try evaluation(in: folder).run()
            #expect(refused.problems.first?.message.hasSuffix("compare voxel by voxel: --label-grid fromImage") == true)
            let result = try FolderEvaluation(
                predictions: folder.appending(path: "out"), masks: folder.appending(path: "masks"), map: LabelMap([0: 0, 5: 1]),
                classes: ScoredClasses(["ground", "lesion"]), grid: .fromImage
            ).run()
            #expect(result.problems.isEmpty && result.store.cases[0].matrix.rows == [[6, 1], [0, 1]])
            // The farthest voxel lies 1 mm off by the prediction's header, 9 by the mask's.
            let surface = try #require(result.surfaces?.entries.first)
            #expect("\(surface)".contains("9.0") == false, "\(surface)")
        }
    }

    @Test func masksThatAreNearlyWholeAreRoundedWithANote() throws {
        try withTemporaryFolder { folder in
            try write([5, 5, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "out/a.nii"))
            try FileManager.default.createDirectory(at: folder.appending(path: "masks"), withIntermediateDirectories: true)
            try NIfTI.write(
                .float32([4.9999995, 0, 0, 0, 0, 0, 0, 0]), extent: extent, geometry: geometry,
                to: folder.appending(path: "masks/a.nii"))
            let result = try evaluation(in: folder).run()
            #expect(result.problems.isEmpty && result.store.cases[0].matrix.rows == [[6, 1], [0, 1]])
            #expect(result.notes == ["labels of 1 case (a): values within 0.001 of whole numbers are rounded to them"])
        }
    }

    @Test func foldersOfAnotherFormatAreNamed() throws {
        try withTemporaryFolder { folder in
            try write([5, 5, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "out/a.nii"))
            try FileManager.default.createDirectory(at: folder.appending(path: "masks"), withIntermediateDirectories: true)
            try Data().write(to: folder.appending(path: "masks/a.mha"))
            let words = "SimpleITK: sitk.WriteImage(sitk.ReadImage(FILE), \"NAME.nii.gz\")"
            #expect(messageThrown { _ = try evaluation(in: folder) }?.hasSuffix(words) == true)
            let masks = folder.appending(path: "masks")
            #expect(messageThrown { _ = try ClassProposal.classes(ofMasksIn: masks) }?.hasSuffix(words) == true)
        }
    }

    @Test func twoFilesOfOneNameAreRefused() throws {
        try withTemporaryFolder { folder in
            for path in ["out/a.nii", "out/a.nii.gz", "masks/a.nii"] {
                try write([0, 0, 0, 0, 0, 0, 0, 0], to: folder.appending(path: path))
            }
            let message = messageThrown { _ = try evaluation(in: folder) }
            #expect(message == "\(folder.path)/out: more than one file for 1 name: a; keep one file each")
        }
    }

    @Test func unitsDoNotMix() throws {
        try withTemporaryFolder { folder in
            for part in ["out", "masks"] {
                try write([5, 0, 0, 0, 0, 0, 0, 0], to: folder.appending(path: "\(part)/a.nii"))
                try PNG.write(gray: [5, 0], width: 2, height: 1, to: folder.appending(path: "\(part)/b.png"))
            }
            let all = try FolderEvaluation(
                predictions: folder.appending(path: "out"), masks: folder.appending(path: "masks"),
                map: LabelMap([0: 0, 5: 1]), classes: ScoredClasses(["ground", "lesion"]), surfaces: SurfaceMeasurement(.all))
            #expect(
                messageThrown { _ = try all.run() }
                    == "b: this image states no voxel spacing, unlike those before it, so surface distances have no common unit; "
                    + "evaluate with --no-surface, or the two kinds apart")
            let volumes = try evaluation(in: folder).run()
            #expect(volumes.surfaces?.entries.map(\.caseID) == ["a"])
        }
    }

    @Test func classesAreProposedAndNeverGuessed() throws {
        try withTemporaryFolder { folder in
            func write(_ name: String, _ values: [UInt8]) throws {
                try PNG.write(gray: values, width: values.count, height: 1, to: folder.appending(path: name))
            }
            try write("a.png", [0, 0, 2])
            try write("b.png", [1, 0, 0])
            #expect(
                try ClassProposal.classes(ofMasksIn: folder) == [
                    ClassConfiguration(name: "background", values: [0]), ClassConfiguration(name: "class_1", values: [1]),
                    ClassConfiguration(name: "class_2", values: [2]),
                ])
            var doubts: [String] = []
            _ = try ClassProposal.classes(ofMasksIn: folder) { doubts.append($0) }
            #expect(doubts == [])
            try write("a.png", [0, 1, 1, 1, 2, 1, 1, 1])
            _ = try ClassProposal.classes(ofMasksIn: folder) { doubts.append($0) }
            #expect(doubts.count == 1 && doubts[0].contains("say --background class_1, or none, if it is none"), "\(doubts)")
            try write("a.png", [0, 0, 255])
            try write("b.png", [0, 128, 255])
            #expect(
                messageThrown { _ = try ClassProposal.classes(ofMasksIn: folder) }
                    == "\(folder.path): the masks hold the values 0, 128, 255, which do not name classes 0, 1, …; name them: "
                    + "if the order is right, --classes background=0,class_128=128,class_255=255")
            try write("a.png", [0, 1, 2, 3, 0, 0, 0, 255])
            try write("b.png", [252, 253, 254, 255, 255, 255, 255, 0])
            let message = try #require(messageThrown { _ = try ClassProposal.classes(ofMasksIn: folder) })
            #expect(
                message.contains("the label values scatter about 0 and 255, as JPEG and interpolation leave them"), "\(message)")
            #expect(message.hasSuffix("--classes background=0-127,foreground=255|128-254"), "\(message)")
        }
    }
}
