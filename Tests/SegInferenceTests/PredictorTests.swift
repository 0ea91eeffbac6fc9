import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegInference

@Suite struct PredictorTests {
    /// A volume of 4×3×2 with the intensities 0, 1 and 2 that nibabel 5 wrote: axes L, A and S, the sform oblique with code 4,
    /// the qform another grid with code 1, millimetres and seconds, and a name in its description.
    struct Foreign: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let base64: String
        let version: NIfTIHeader.Version
    }

    private static func plan(
        _ input: URL, to output: URL?, layout: LayoutSettings = LayoutSettings(), channels: Int = 1, overwrite: Bool = false
    ) throws -> PredictionPlan {
        try PredictionPlan(
            PredictionInput(input, grouping: ImageGrouping(layout, channels: channels)), output: output, overwrite: overwrite)
    }

    @discardableResult
    private static func predict(
        _ model: SegmentationModel, _ input: URL, to output: URL?, layout: LayoutSettings = LayoutSettings(),
        overwrite: Bool = false
    ) throws -> [UnreadableCase] {
        let plan = try plan(
            input, to: output, layout: layout, channels: model.inferer.channelCount, overwrite: overwrite)
        try plan.makeFolder()
        return try Predictor(model).run(plan).leftOut
    }

    static let foreign = [
        Foreign(
            testDescription: "NIfTI-1, int16",
            base64: """
                H4sIAAAAAAACA4thZCAKMDOwADETAyMUogIWBgEw3bCfgeGAPZDhAERA3GCPijc4Q2gw4MJll4u/a5yXo5+rgqGluQED7QAj0N0QAHOTihMD\
                w4+DDAwGjkB/7AeJnD1zxpaBQcEJqtDh7BmffQwMHw4CaVuIHMifCo7oZudpG0JZTODQYgLbB2MzgtkIwASXAwC5p843kAEAAA==
                """,
            version: .one),
        Foreign(
            testDescription: "NIfTI-2, float32",
            base64: """
                H4sIAAAAAAACA5NhYmDI0zZi4OWS4hJgUGBgZoAAFigN4zNBaUYCNH7wYT+E/mEPFXCAUBxQ+oM9LlqBCcUcewYygYu/a5yXo5+rgqGluQED\
                7QAjUhjidHeDC9Tf9gcgtBqU/2M/TMmsmSCwE6oPph4OHCDyJ6Hq7Q5A+CvtUfXBwlcFTHOR7h2gvga0OAPz0cRBbJg4XnPg+gB9S0CAgAIA\
                AA==
                """,
            version: .two),
    ]
    static let levels: [UInt8] = [0, 2, 1, 0, 2, 0, 1, 2, 1, 0, 2, 1, 1, 2, 0, 0, 0, 0, 0, 2, 1, 2, 1, 0]

    @Test(arguments: foreign, ["a_labels.nii.gz", "a_labels.nii"])
    func labelsLieOnTheExactGridOfTheirImage(_ row: Foreign, _ name: String) throws {
        try withTemporaryFolder { folder in
            let image = folder.appending(path: "a.nii.gz")
            try #require(Data(base64Encoded: row.base64)).write(to: image)
            let output = folder.appending(path: name)
            let model = try LevelNetwork.model([0, 1, 2], values: [[0], [128], [255]])
            try Self.predict(model, image, to: output)

            let (source, labels) = (try NIfTI.read(image), try NIfTI.read(output))
            #expect(labels.samples == .uint8(Self.levels.map { [0, 128, 255][Int($0)] }))
            #expect(labels.extent == source.extent)
            guard case .nifti(let expected) = source.source, case .nifti(let found) = labels.source else { return }
            #expect(
                (expected.version, expected.sformCode, expected.qformCode) == (row.version, 4, 1),
                "the image is what it should be")
            #expect(found.version == expected.version)
            #expect(found.dimensions == expected.dimensions)
            #expect(found.pixdim == expected.pixdim)
            #expect(found.xyztUnits == expected.xyztUnits)
            #expect((found.sformCode, found.qformCode) == (expected.sformCode, expected.qformCode))
            #expect(found.srow == expected.srow)
            #expect(found.quaternion == expected.quaternion)
            #expect(found.qoffset == expected.qoffset)
            #expect(labels.geometry == source.geometry)
            #expect(labels.geometry?.orientation == "LAS")
            #expect(labels.scaling == .identity)
        }
    }

    @Test func namesInHeadersStayWhereTheyAre() throws {
        try withTemporaryFolder { folder in
            let image = folder.appending(path: "a.nii.gz")
            let data = try #require(Data(base64Encoded: Self.foreign[0].base64))
            try data.write(to: image)
            let output = folder.appending(path: "b.nii")
            try Self.predict(LevelNetwork.model([0, 1, 2]), image, to: output)
            let written = try Data(contentsOf: output)
            #expect(written.range(of: Data("DOE".utf8)) == nil)
        }
    }

    /// What stands for the classes in label files, and the type that holds it.
    @Test(
        arguments: [
            ([0, 1], .uint8), ([3, 255], .uint8), ([0, 256], .int16), ([0, 1000], .int16), ([-1, 0], .int16),
            ([0, 70000], .int32),
        ] as [([Int], VoxelType)])
    func volumesTakeTheNarrowestTypeOfTheirValues(_ values: [Int], _ type: VoxelType) throws {
        try withTemporaryFolder { folder in
            let (image, output) = (folder.appending(path: "a.nii"), folder.appending(path: "b.nii"))
            try NIfTI.write(
                .uint8([0, 1, 1, 0]), extent: Extent(width: 2, height: 2), geometry: VoxelGeometry(spacing: [1, 1, 1]), to: image)
            try Self.predict(LevelNetwork.model([0, 1], values: values.map { [$0] }), image, to: output)
            let labels = try NIfTI.read(output)
            #expect(labels.samples.type == type)
            let found = try labels.labelValues().map { Int($0) }
            #expect(found == [values[0], values[1], values[1], values[0]])
        }
    }

    @Test func picturesGivePictures() throws {
        try withTemporaryFolder { folder in
            let (image, output) = (folder.appending(path: "a.png"), folder.appending(path: "b.PNG"))
            try PNG.write(gray: [0, 1, 1, 0, 0, 1], width: 3, height: 2, to: image)
            try Self.predict(LevelNetwork.model([0, 1], values: [[0], [200]]), image, to: output)
            let labels = try PNG.read(output)
            #expect(labels.samples == .uint8([0, 200, 200, 0, 0, 200]))
            #expect(labels.extent == Extent(width: 3, height: 2))
        }
    }

    @Test func thePagesOfAVolumeArePages() throws {
        try withTemporaryFolder { folder in
            let (image, output) = (folder.appending(path: "a.tif"), folder.appending(path: "b.tif"))
            try TIFF.write(gray: [0, 1, 1, 0, 0, 1], width: 3, height: 1, pages: 2, to: image)
            let model = try LevelNetwork.model([0, 1], values: [[0], [200]])
            try Self.predict(model, image, to: output)
            let labels = try TIFF.read(output)
            #expect(labels.samples == .uint8([0, 200, 200, 0, 0, 200]))
            #expect(labels.extent == Extent(width: 3, height: 1, depth: 2))
            let picture = folder.appending(path: "b.png")
            let message = messageThrown { try Self.predict(model, image, to: picture) }
            #expect(message == "\(picture.path) cannot be written: the labels of 2 pages are TIFF; end the name in .tif")
        }
    }

    @Test(arguments: [
        ("a.jpg", "a_labels.png"), ("a.BMP", "a_labels.png"), ("a.tiff", "a_labels.tif"), ("a.hdr", "a_labels.nii"),
        ("a.img.gz", "a_labels.nii.gz"),
    ])
    func labelsAreNamedAfterTheirFormat(_ image: String, _ labels: String) throws {
        try withTemporaryFolder { folder in
            let input = folder.appending(path: image)
            try Data().write(to: input)
            #expect(try Self.plan(input, to: nil).jobs.map(\.output.lastPathComponent) == [labels])
        }
    }

    @Test func coloursAreThreeChannels() throws {
        try withTemporaryFolder { folder in
            let (image, output) = (folder.appending(path: "a.png"), folder.appending(path: "b.png"))
            try PNG.write(rgb: [1, 0, 0, 0, 1, 1], width: 2, height: 1, to: image)
            try Self.predict(LevelNetwork.model([0, 1], channels: 3), image, to: output)
            let labels = try PNG.read(output)
            #expect(labels.samples == .uint8([1, 0]), "by the first channel")
        }
    }

    /// An image and an output that do not go together, and the message with FOLDER for the folder.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var image = "a.png"
        var output = "b.png"
        var values = [0, 1]
        var channels = 1
        let message: String
    }

    static let refusals = [
        Refusal(
            testDescription: "values beyond PNG", values: [0, 1000],
            message:
                "FOLDER/b.png cannot be written: label files of pictures hold values from 0 to 255, the classes need [0, 1000]"),
        Refusal(
            testDescription: "a volume's name for a picture", output: "b.nii.gz",
            message: "FOLDER/b.nii.gz cannot be written: the labels of a picture are PNG or TIFF; end the name in .png or .tif"),
        Refusal(
            testDescription: "a picture's name for a volume", image: "a.nii",
            message:
                "FOLDER/b.png cannot be written: the labels of a volume are NIfTI; end the name in .nii or .nii.gz, or for a "
                + "DICOM series in .dcm"),
        Refusal(
            testDescription: "the image itself", output: "a.png",
            message: "FOLDER/a.png cannot be written: it is an input of this command; name another --output"),
        Refusal(
            testDescription: "the image by a link", output: "link/a.png",
            message: "FOLDER/link/a.png cannot be written: it is an input of this command; name another --output"),
        Refusal(
            testDescription: "other channels than in training", channels: 3,
            message: "FOLDER/a.png: 1 channel, expected 3 as in training"),
        Refusal(
            testDescription: "an output folder that is not there", output: "no/b.png",
            message: "FOLDER/no/b.png cannot be written: there is no folder FOLDER/no; make it first"),
        Refusal(testDescription: "no image", image: "c.png", message: "FOLDER/c.png cannot be read: no such file or folder"),
        Refusal(
            testDescription: "a plane larger than the frame", image: "large.png",
            message:
                "FOLDER/large.png: planes of 9×1 (rows × columns) do not fit into 8×8 (rows × columns); pad to at least that size, or resize"
        ),
    ]

    @Test(arguments: refusals)
    func refusesAndWritesNothing(_ row: Refusal) throws {
        try withTemporaryFolder { folder in
            try PNG.write(gray: [0, 1], width: 2, height: 1, to: folder.appending(path: "a.png"))
            try PNG.write(gray: [UInt8](repeating: 0, count: 9), width: 1, height: 9, to: folder.appending(path: "large.png"))
            try NIfTI.write(
                .uint8([0, 1]), extent: Extent(width: 2, height: 1), geometry: VoxelGeometry(spacing: [1, 1, 1]),
                to: folder.appending(path: "a.nii"))
            try FileManager.default.createSymbolicLink(at: folder.appending(path: "link"), withDestinationURL: folder)
            let before = try Data(contentsOf: folder.appending(path: "a.png"))
            let model = try LevelNetwork.model([0, 1], values: row.values.map { [$0] }, channels: row.channels)
            let message = messageThrown {
                try Self.predict(model, folder.appending(path: row.image), to: folder.appending(path: row.output))
            }
            #expect(message?.replacingOccurrences(of: folder.path, with: "FOLDER") == row.message)
            let after = try Data(contentsOf: folder.appending(path: "a.png"))
            #expect(after == before)
            let names = try TinyRun.names(in: folder)
            #expect(names == ["a.nii", "a.png", "large.png", "link"])
        }
    }

    // MARK: What there is to do

    @Test func aFileIsOneJob() throws {
        try withTemporaryFolder { folder in
            func write(_ name: String) throws -> URL {
                let url = folder.appending(path: name)
                try Data().write(to: url)
                return url
            }
            func output(_ input: URL, _ output: String?) throws -> String {
                let jobs = try Self.plan(input, to: output.map { folder.appending(path: $0) }).jobs
                #expect(jobs.map(\.dataCase.image.files) == [[input]])
                return jobs.map(\.output.lastPathComponent).joined()
            }
            let (volume, pair, picture) = (try write("a.nii.gz"), try write("h.img"), try write("p.PNG"))
            try FileManager.default.createDirectory(at: folder.appending(path: "out"), withIntermediateDirectories: true)
            let names = [
                try output(volume, nil), try output(pair, nil), try output(picture, nil), try output(volume, "out"),
                try output(volume, "b.nii"),
            ]
            #expect(names == ["a_labels.nii.gz", "h_labels.nii", "p_labels.png", "a.nii.gz", "b.nii"])
            let inside = try Self.plan(volume, to: folder.appending(path: "out")).jobs[0].output
            #expect(inside.deletingLastPathComponent().lastPathComponent == "out")
            let new = try Self.plan(volume, to: folder.appending(path: "new", directoryHint: .isDirectory)).jobs[0].output
            #expect(new.path == folder.appending(path: "new/a.nii.gz").path, "a folder to be")
        }
    }

    @Test func aFolderIsAJobForEachImage() throws {
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            let message = messageThrown { _ = try Self.plan(scans, to: nil) }
            #expect(message == "\(scans.path) cannot be predicted: there is no image in this folder")
            try Data().write(to: scans.appending(path: "a.nrrd"))
            let foreign = messageThrown { _ = try Self.plan(scans, to: nil) }
            #expect(
                foreign?.hasPrefix(
                    "\(scans.path) cannot be predicted: there is no image in this folder; it holds 1 file of NRRD, which is not read; "
                        + "convert to NIfTI, in Python with SimpleITK: ") == true)
            for name in ["s10.nii.gz", "s2.nii", "x.png", "h.hdr", "h.img", "notes.txt", ".hidden.png"] {
                try Data().write(to: scans.appending(path: name))
            }
            let jobs = try Self.plan(scans, to: nil).jobs
            #expect(
                jobs.map(\.dataCase.image.first.lastPathComponent) == ["h.hdr", "s2.nii", "s10.nii.gz", "x.png"],
                "as a person counts, a pair once")
            #expect(jobs.map(\.output.lastPathComponent) == ["h.nii", "s2.nii", "s10.nii.gz", "x.png"])
            #expect(Set(jobs.map { $0.output.deletingLastPathComponent().lastPathComponent }) == ["scans_labels"])
            let elsewhere = try Self.plan(scans, to: folder.appending(path: "deep/er")).jobs
            #expect(Set(elsewhere.map { $0.output.deletingLastPathComponent().lastPathComponent }) == ["er"])
        }
    }

    @Test func aMissingInputIsNamed() {
        let message = messageThrown { _ = try Self.plan(URL(filePath: "/no/scan.nii"), to: nil) }
        #expect(message == "/no/scan.nii cannot be read: no such file or folder")
    }

    @Test func aGreyPictureInColourIsGreyToAModelOfOneChannel() throws {
        try withTemporaryFolder { folder in
            let (image, output) = (folder.appending(path: "a.png"), folder.appending(path: "b.png"))
            try PNG.write(rgb: [1, 1, 1, 0, 0, 0], width: 2, height: 1, to: image)
            try Self.predict(LevelNetwork.model([0, 1]), image, to: output)
            #expect(try PNG.read(output).samples == .uint8([1, 0]))
            try PNG.write(rgb: [1, 0, 1, 0, 0, 0], width: 2, height: 1, to: image)
            let message = messageThrown { try Self.predict(LevelNetwork.model([0, 1]), image, to: output, overwrite: true) }
            #expect(message == "\(image.path): 3 channels, expected 1 as in training")
        }
    }

    // MARK: What must stay

    /// Pictures of one pixel, an output, and what is said with FOLDER for the folder; nil: it is done.
    struct Protected: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let files: [String]
        let input: String
        var output: String?
        var overwrite = false
        let message: String?
    }

    private static let kept = [
        Protected(
            testDescription: "two images of one name", files: ["new/a.jpg", "new/a.png", "new/b.bmp"], input: "new",
            output: "out",
            message: "FOLDER/out/a.png cannot be written: FOLDER/new/a.jpg and FOLDER/new/a.png would both become this file; "
                + "rename one of them, or take them one by one"),
        Protected(
            testDescription: "the input folder itself", files: ["new/a.png", "new/b.bmp"], input: "new", output: "new",
            overwrite: true,
            message: "FOLDER/new/a.png cannot be written: it is an input of this command; name another --output"),
        Protected(
            testDescription: "labels somebody drew", files: ["scan.png", "scan_labels.png"], input: "scan.png",
            message: "FOLDER/scan_labels.png cannot be written: it exists already; name another --output, or add --overwrite to "
                + "replace what is there"),
        Protected(
            testDescription: "several of them", files: ["new/a.png", "new/b.png", "new/c.png", "out/b.png", "out/c.png"],
            input: "new", output: "out",
            message: "FOLDER/out/b.png cannot be written: it exists already, as does 1 more of 3; name another --output, or add "
                + "--overwrite to replace what is there"),
        Protected(
            testDescription: "a folder where a file should be", files: ["new/a.png", "out/a.png/x.png"], input: "new",
            output: "out", overwrite: true,
            message: "FOLDER/out/a.png cannot be written: a folder of this name is there; name another --output"),
        Protected(
            testDescription: "a file where the folder should be", files: ["new/a.png", "out.png"], input: "new",
            output: "out.png", message: "FOLDER/out.png cannot be made: FOLDER/out.png is a file"),
        Protected(
            testDescription: "they may be replaced", files: ["scan.png", "scan_labels.png"], input: "scan.png", overwrite: true,
            message: nil),
    ]

    @Test(arguments: kept)
    func nothingThatIsThereIsLost(_ row: Protected) throws {
        try withTemporaryFolder { folder in
            for file in row.files {
                let url = folder.appending(path: file)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try PNG.write(gray: [1, 0], width: 2, height: 1, to: url)
            }
            func contents() throws -> [String: Data] {
                try Dictionary(uniqueKeysWithValues: row.files.map { ($0, try Data(contentsOf: folder.appending(path: $0))) })
            }
            let before = try contents()
            let model = try LevelNetwork.model([0, 1], values: [[0], [255]])
            let message = messageThrown {
                try Self.predict(
                    model, folder.appending(path: row.input), to: row.output.map { folder.appending(path: $0) },
                    overwrite: row.overwrite)
            }
            #expect(message?.replacingOccurrences(of: folder.path, with: "FOLDER") == row.message)
            let after = try contents()
            #expect((after == before) == (row.message != nil))
            if !row.files.contains(where: { $0.hasPrefix("out") }) {
                #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path), "nothing was begun")
            }
        }
    }

    @Test func oneBadScanStopsNoOther() throws {
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            try PNG.write(gray: [1, 0], width: 2, height: 1, to: scans.appending(path: "a.png"))
            try PNG.write(gray: [UInt8](repeating: 0, count: 9), width: 1, height: 9, to: scans.appending(path: "b.png"))
            try Data("no picture".utf8).write(to: scans.appending(path: "c.png"))
            try PNG.write(rgb: [1, 0, 0, 0, 1, 1], width: 2, height: 1, to: scans.appending(path: "d.png"))
            try NIfTI.write(
                .float32([.nan, 1]), extent: Extent(width: 2, height: 1), geometry: VoxelGeometry(spacing: [1, 1, 1]),
                to: scans.appending(path: "e.nii"))
            try PNG.write(gray: [0, 1], width: 2, height: 1, to: scans.appending(path: "f.png"))
            let output = folder.appending(path: "out")
            let leftOut = try Self.predict(LevelNetwork.model([0, 1]), scans, to: output)
            #expect(leftOut.map(\.id) == ["b", "c", "d", "e"])
            for problem in leftOut { #expect(problem.problem.hasPrefix("\(scans.path)/\(problem.id).")) }
            let names = try TinyRun.names(in: output)
            #expect(names == ["a.png", "f.png"])
            #expect(try PNG.read(output.appending(path: "f.png")).samples == .uint8([0, 1]))
        }
    }

    @Test func aCaseOfSeveralFilesIsNamedAfterTheCase() throws {
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for name in ["t_0_0000.png", "t_0_0001.png", "t_1_0000.png", "t_1_0001.png", "t_2_0000.png"] {
                try PNG.write(
                    gray: [name.hasSuffix("0000.png") ? 1 : 0, 0], width: 2, height: 1, to: scans.appending(path: name))
            }
            let model = try LevelNetwork.model([0, 1], channels: 2)
            let (layout, output) = (LayoutSettings(layout: .nnunet), folder.appending(path: "out"))
            let leftOut = try Self.predict(model, scans, to: output, layout: layout)
            #expect(
                leftOut == [
                    UnreadableCase(
                        id: "t_2",
                        problem: "\(scans.path): case 't_2' lacks _0001: found _0000, and the model takes 2 channels")
                ])
            let names = try TinyRun.names(in: output)
            #expect(names == ["t_0.png", "t_1.png"])
            #expect(try PNG.read(output.appending(path: "t_1.png")).samples == .uint8([1, 0]), "by the first channel")
            try Self.predict(model, scans.appending(path: "t_1_0001.png"), to: nil, layout: layout)
            #expect(FileManager.default.fileExists(atPath: scans.appending(path: "t_1_labels.png").path))
        }
    }
}
