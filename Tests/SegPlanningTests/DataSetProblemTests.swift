import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import Sampling
@testable import SegPlanning

/// What `DataSetCensus` says of data sets with something wrong.
@Suite struct DataSetProblemTests {
    /// Writes pictures of 4×2 pixels; the picture of case n begins with n.
    private func write(
        _ cases: [(name: String, split: String, first: UInt8, labels: [UInt8])], to folder: URL, table: Bool = true
    ) throws {
        for part in ["images", "labels"] {
            try FileManager.default.createDirectory(at: folder.appending(path: part), withIntermediateDirectories: true)
        }
        for item in cases {
            let pixels = [item.first] + (1..<8).map { UInt8($0 * 30) }
            try PNG.write(gray: pixels, width: 4, height: 2, to: folder.appending(path: "images/\(item.name).png"))
            let height = item.labels.count / 4
            try PNG.write(gray: item.labels, width: 4, height: height, to: folder.appending(path: "labels/\(item.name).png"))
        }
        guard table else { return }
        let rows = cases.map { "\($0.name),\($0.split)\n" }.joined()
        try Data(("file,split\n" + rows).utf8).write(to: folder.appending(path: "split.csv"))
    }

    private let good: [UInt8] = [0, 0, 0, 1, 1, 0, 0, 0]

    private func census(_ folder: URL, _ overrides: [String] = [], stated: Bool = true) throws -> DataSetCensus {
        let configuration = try TinyRun.configuration(overrides)
        let (dataSet, problems) = try configuration.surveyDataSet(at: folder)
        return try DataSetCensus(
            of: dataSet, configuration: configuration, areClassesStated: stated, problems: problems, sampleCount: 2, workers: 2)
    }

    private func lines(_ census: DataSetCensus, _ folder: URL) -> [String] {
        census.problems.map { problem in
            let files = problem.files.map { $0.replacing(folder.path, with: "DIR") }
            return "\(problem.severity.rawValue): \(problem.text.replacing(folder.path, with: "DIR"))"
                + (files.isEmpty ? "" : " [\(files.joined(separator: ", "))]")
        }
    }

    @Test func nothingIsWrongWithAGoodOne() throws {
        try withTemporaryFolder { folder in
            try write(
                [("a", "train", 1, good), ("a2", "train", 4, good), ("b", "val", 2, good), ("c", "test", 3, good)], to: folder)
            let census = try census(folder)
            #expect(census.problems.isEmpty, "\(census.problems)")
            #expect(!census.hasProblems(.note))
            #expect(census.values.map(\.pixels) == [24, 8] && census.values.map(\.className) == ["background", "foreground"])
            #expect(census.channels.count == 1 && census.channels[0].minimum == 1 && census.channels[0].maximum == 210)
            #expect(census.samples.count == 2 && census.samples[0].size == GridSize(height: 2, width: 4))
            #expect(census.samples[0].image[0].last == 210, "as the file has it; pages make it bright")
        }
    }

    /// Orders of axes and sizes of pixels that differ from volume to volume.
    @Test(arguments: [
        (
            "axial",
            [
                "warning: images have 1 to 2 mm between rows, and a network sees pixels, not millimetres; resample by "
                    + "input.spacing: [rows, columns]",
                "note: volumes are stored in several orders of axes (LAS in 1, RAS in 3); planes are cut and turned alike from "
                    + "all of them",
            ]
        ),
        (
            "file",
            [
                "warning: volumes are stored in several orders of axes (LAS in 1, RAS in 3); planes are cut as they are stored, so "
                    + "that they show other sides of the patient; see input.plane",
                "warning: images have 1 to 2 mm between rows, and a network sees pixels, not millimetres; resample by "
                    + "input.spacing: [rows, columns]",
            ]
        ),
    ])
    func mixedVolumesAreTold(_ plane: String, _ expected: [String]) throws {
        try withTemporaryFolder { folder in
            let extent = Extent(width: 4, height: 3, depth: 2)
            for (index, (sign, spacing)) in [(1.0, 1.0), (1, 1), (-1, 1), (1, 2)].enumerated() {
                let geometry = VoxelGeometry(
                    affine: Affine(rowMajor: [sign, 0, 0, 0, 0, spacing, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]))
                for (kind, samples) in [
                    ("images", Samples.int16((0..<24).map { Int16($0 * (index + 1)) })),
                    ("labels", .uint8((0..<24).map { $0 % 2 })),
                ] {
                    let place = folder.appending(path: kind)
                    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                    try NIfTI.write(samples, extent: extent, geometry: geometry, to: place.appending(path: "c\(index).nii"))
                }
            }
            let table = "file,split\nc0,train\nc1,train\nc2,val\nc3,test\n"
            try Data(table.utf8).write(to: folder.appending(path: "split.csv"))
            let found = lines(try census(folder, ["input.plane=\(plane)"]), folder)
            #expect(found == expected)
            let resampled = lines(try census(folder, ["input.plane=\(plane)", "input.spacing=[1, 1]"]), folder)
            #expect(resampled == expected.filter { !$0.contains("between rows") })
        }
    }

    @Test func everyFaultIsNamedWithItsFiles() throws {
        try withTemporaryFolder { folder in
            try write(
                [
                    ("a", "train", 1, good), ("b", "train", 2, [0, 0, 0, 0, 0, 0, 0, 0]), ("c", "train", 3, [0, 1, 1, 1]),
                    ("d", "val", 4, [0, 0, 0, 0, 0, 7, 1, 1]), ("e", "test", 1, good), ("f", "test", 6, good),
                ], to: folder)
            try Data("no picture".utf8).write(to: folder.appending(path: "images/f.png"))
            let census = try census(folder)
            #expect(
                lines(census, folder) == [
                    "error: DIR/labels/c.png: 4×1×1 voxels, but its image DIR/images/c.png has 4×2×1; give the label that was "
                        + "drawn on this image [DIR/images/c.png]",
                    "error: DIR/images/f.png: it is no PNG file (the signature is missing or damaged); fetch the file again, or "
                        + "rename it after its true format [DIR/images/f.png]",
                    "error: label values without a class: 7 [DIR/images/d.png]",
                    "warning: 1 image with equal content in several splits [train: DIR/images/a.png, test: DIR/images/e.png]",
                    "note: labels without foreground [DIR/images/b.png]",
                ])
            #expect(census.hasProblems(.error))
        }
    }

    @Test func aClassThatDoesNotTrainIsAnError() throws {
        try withTemporaryFolder { folder in
            try write(
                [
                    ("a", "train", 1, good), ("a2", "train", 4, good), ("b", "val", 2, good),
                    ("c", "test", 3, [0, 0, 0, 2, 2, 1, 1, 1]),
                ], to: folder)
            let classes = "data.classes=[{name: x, values: [0]}, {name: y, values: [1]}, {name: z, values: [2]}]"
            #expect(
                lines(try census(folder, [classes]), folder) == [
                    "error: the objective 'margin(form=paper,tau=10,nu=1)' of stage 'margin' does not fit the training labels: no "
                        + "pixel of class 'z' trains (axial planes or pictures, framed to 32×32), so that its margin-offset is infinite; write "
                        + "exclude=[2] into the term, or take the class out of data.classes",
                    "warning: no pixel of class 'z' in the validation split",
                ])
            // Where the objective does without its offset, it is left out of what is learnt.
            let excluding = "training.stages.1.objective=margin(form=paper,tau=10,nu=1,exclude=[2])"
            #expect(
                lines(try census(folder, [classes, excluding]), folder) == [
                    "warning: no pixel of class 'z' trains (axial planes or pictures, framed to 32×32): it cannot be learnt",
                    "warning: no pixel of class 'z' in the validation split",
                ])
        }
    }

    /// One image, nothing but background, nothing but one class: what `train` would stop at or warn of.
    @Test(
        arguments: [
            ([0, 0, 0, 1, 1, 0, 0, 0], "warning: one single image trains: expected many"),
            (
                [0, 0, 0, 0, 0, 0, 0, 0],
                "error: no class but 'background' trains: there is nothing to learn (axial planes or pictures, framed to 32×32); look at "
                    + "the label files, and at data.classes, which says what their values mean"
            ),
            (
                [1, 1, 1, 1, 1, 1, 1, 1],
                "error: every pixel that trains is of class 'foreground': there is nothing to learn (axial planes or pictures, framed to "
                    + "32×32); look at the label files, and at data.classes, which says what their values mean"
            ),
        ] as [([UInt8], String)])
    func aDataSetWithNothingToLearn(labels: [UInt8], line: String) throws {
        try withTemporaryFolder { folder in
            try write([("a", "train", 1, labels), ("b", "val", 2, good), ("c", "test", 3, good)], to: folder)
            let lines = try lines(census(folder), folder)
            #expect(lines.contains(line), "\(lines)")
        }
    }

    @Test func classesThatNobodyStatedAreProposed() throws {
        try withTemporaryFolder { folder in
            let labels = good.map { $0 == 1 ? UInt8(255) : 0 }
            try write(
                [("a", "train", 1, labels), ("a2", "train", 4, labels), ("b", "val", 2, labels), ("c", "test", 3, labels)],
                to: folder)
            let census = try census(folder, stated: false)
            #expect(census.areClassesProposed)
            #expect(
                census.classes
                    == [.init(name: "background", values: [0]), .init(name: "foreground", values: [255])])
            #expect(census.splits.map(\.labels.counts) == [[12, 4], [6, 2], [6, 2]])
            #expect(
                lines(census, folder)
                    == ["warning: the classes are a proposal from the values found; state them with data.classes to train"])
        }
    }

    /// Masks that were JPEG once: a class for each value would have 8 classes of artefacts.
    @Test func valuesThatScatterAreProposedAsRanges() throws {
        try withTemporaryFolder { folder in
            let labels: [UInt8] = [0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 255, 255, 254, 253, 252]
            try write(
                [("a", "train", 1, labels), ("b", "train", 2, labels), ("c", "val", 3, labels), ("d", "test", 4, labels)],
                to: folder)
            for (number, name) in ["a", "b", "c", "d"].enumerated() {
                let pixels = (0..<16).map { UInt8($0 + number) }
                try PNG.write(gray: pixels, width: 4, height: 4, to: folder.appending(path: "images/\(name).png"))
            }
            let census = try census(folder, stated: false)
            #expect(census.classes.map(\.name) == ["background", "foreground"])
            #expect(census.classes.map(\.valuesInWords) == ["0-127", "255, 128-254"])
            #expect(census.classes[1].values[0] == 255, "predictions are written with it")
            #expect(census.splits.map(\.labels.counts) == [[22, 10], [11, 5], [11, 5]])
            let remark =
                "the label values scatter about 0 and 255, as JPEG and interpolation leave them; PNG would keep them exact; "
                + "ranges gather them: values [0-127] and [255, 128-254]"
            #expect(
                lines(census, folder)
                    == [
                        "warning: the classes are a proposal from the values found; state them with data.classes to train",
                        "note: \(remark)",
                    ])
            let stated = try self.census(folder)
            #expect(lines(stated, folder).contains("note: \(remark)"), "where the stated classes lack the artefacts")
            let ranges = ["data.classes=[{name: background, values: [0-127]}, {name: polyp, values: [255, 128-254]}]"]
            #expect(lines(try self.census(folder, ranges), folder).isEmpty)
        }
    }

    @Test func labelsThatAreNearlyWholeAreNoted() throws {
        try withTemporaryFolder { folder in
            try write(
                [("a", "train", 1, good), ("b", "train", 2, good), ("c", "val", 3, good), ("d", "test", 4, good)], to: folder)
            try FileManager.default.removeItem(at: folder.appending(path: "labels/a.png"))
            try NIfTI.write(
                .float32(good.map { Float($0) * 0.9999999 }), extent: Extent(width: 4, height: 2),
                geometry: VoxelGeometry(spacing: [1, 1, 1]), to: folder.appending(path: "labels/a.nii"))
            #expect(
                lines(try census(folder), folder)
                    == ["note: labels: values within 0.001 of whole numbers are rounded to them [DIR/labels/a.nii]"])
        }
    }

    @Test func whatCannotBeSplitIsLookedAtAllTheSame() throws {
        try withTemporaryFolder { folder in
            try write([("a", "", 1, good), ("b", "", 2, good)], to: folder, table: false)
            let census = try census(folder)
            #expect(census.splits.map(\.cases) == [2])
            #expect(
                lines(census, folder) == [
                    "error: no split: DIR/images: 2 groups cannot be split, expected at least 3; add cases or ask for fewer splits"
                ])
        }
    }

    /// Resized, and without the planes that training leaves out.
    @Test(
        arguments: ["{resize: [5, 3]}", "{pad: [6, 6]}", "{crop: [2, 2], foreground: 0.6}"], ["all", "foreground_only"])
    func trainingLabelsAreThoseOfTraining(fit: String, planes: String) throws {
        try withTemporaryFolder { folder in
            try write(
                [("a", "train", 1, good), ("b", "train", 2, [0, 0, 0, 0, 0, 0, 0, 0]), ("v", "val", 3, good)], to: folder)
            let overrides = ["input.fit=\(fit)", "training.planes=\(planes)"]
            let configuration = try TinyRun.configuration(overrides)
            let statistics = try LabelStatistics(
                counting: configuration.openDataSet(at: folder).cases(of: .train), recipe: configuration.recipe,
                selection: configuration.training.planes)
            #expect(try census(folder, overrides).trainingLabels == statistics.labels)
        }
    }
}
