import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import MedicalImages

/// Series with segmentation objects as labels, from the first list to the last score.
@Suite(.enabled(if: PeerPython.has("pydicom"), Comment(rawValue: PeerPython.missing("pydicom"))))
struct DICOMCommandTests {
    private static let settings = [
        "--set", "input.normalization=z_score", "--set", "input.fit={pad: [16, 16]}", "--set", "training.batch_size=4",
        "--set", "training.stages.0.epochs=2", "--set", "training.stages.1.epochs=1", "--threads", "1",
    ]

    /// What every text of the series named `names` holds, and its dates and times.
    private static let canaries = ["CANARYNAME", "19310203", "010203"]

    /// A data set of one series, many times over, with its brightest pixels as a segment.
    private func writeData(_ name: String, _ made: URL, to folder: URL) throws {
        for number in 1...6 {
            let place = folder.appending(path: "images/case\(number)")
            try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: made.appending(path: name), to: place)
            let image = try ImageFile.read(place)
            let values = image.realValues()
            let limit = values.sorted()[values.count * 3 / 4]
            guard case .dicom(let series) = image.source else { throw CancellationError() }
            try FileManager.default.createDirectory(at: folder.appending(path: "labels"), withIntermediateDirectories: true)
            try series.writeSegmentation(
                values.map { $0 > limit ? 1 : 0 }, segments: [DICOMSegment(label: "bright", code: nil)],
                algorithm: ("test", "1"), to: folder.appending(path: "labels/case\(number).dcm"))
        }
    }

    private func withMade(_ body: (_ made: URL, _ folder: URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let made = folder.appending(path: "made")
            try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
            try #require(try PeerPython.run([PeerPython.modules.appending(path: "dicom_make.py").path, made.path]).status == 0)
            try body(made, folder)
        }
    }

    /// Every output is searched for what stands in the series' texts; segmentation objects alone hold the patient.
    @Test func seriesAreTrainedOnLabelledAndScoredWithoutNamingAnyone() throws {
        try withMade { made, folder in
            try writeData("names", made, to: folder.appending(path: "data"))
            var said = ""
            func run(_ arguments: [String], _ status: Int32 = 0) throws -> Command {
                let command = try Command.run(arguments, in: folder)
                #expect(command.status == status, "\(arguments): \(command.errors)")
                said += command.output + command.errors
                return command
            }
            #expect(try run(["inspect", "data"]).output.contains("layout folders: images/ and labels/"))
            _ = try run(["inspect", "data", "--html", "data.html"])
            #expect(try run(["inspect", "made/names"]).output.contains("13 × 11 × 4"))
            #expect(try run(["inspect", "made/names", "--json", "--uids"]).output.contains("\"uid\""))
            #expect(try run(["inspect", "made/names", "--series", "1"]).output.contains("13 × 11 × 4"))
            #expect(try run(["inspect", "made/names-gap"]).output.contains("is missing"))
            _ = try run(["inspect", "made/names-gap", "--series", "1"], 1)
            _ = try run(["train", "--data", "data", "--output", "run"] + Self.settings)
            _ = try run(["evaluate", "run"])
            _ = try run(["report", "run"])
            let labelled = try run([
                "predict", "data/images/case1", "--model", "run", "--output", "out.dcm", "--probabilities", "dicom-seg",
                "--uncertainty", "entropy",
            ])
            #expect(FileSystem.kind(of: folder.appending(path: "out_probabilities.dcm")) == .file)
            #expect(labelled.output.contains("\(folder.path)/out.dcm\n"))
            _ = try run(["predict", "data/images/case1", "--model", "run", "--output", "case1_labels.nii.gz"])
            _ = try run(["predict", "made/names-gap", "--model", "run", "--output", "gap.nii.gz"], 1)
            _ = try run(["predict", "data/images", "--model", "run", "--format", "dicom-seg", "--output", "all/"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "all").path).count == 6)
            let again = try run([
                "predict", "data/images", "--model", "run", "--format", "dicom-seg", "--output", "all/", "--continue",
            ])
            #expect(again.errors.contains("6 of 6 are done"))

            // One label map, whichever way it was written.
            let image = try ImageFile.readInfo(folder.appending(path: "data/images/case1"))
            let grid = ImageGrid(image.extent, image.geometry, path: "case1")
            let volume = try ImageFile.read(folder.appending(path: "case1_labels.nii.gz"))
            #expect(volume.geometry?.isClose(to: try #require(image.geometry)) == true)
            for object in ["out.dcm", "all/case1.dcm"] {
                let labels = try ImageFile.readLabels(folder.appending(path: object), on: grid).labelValues()
                #expect(try labels == volume.labelValues(), "\(object)")
            }
            let scored = try run(["evaluate", "--predictions", "all", "--masks", "data/labels"])
            #expect(scored.output.contains("6 cases"))

            for canary in Self.canaries { #expect(!said.contains(canary), "\(canary) was printed") }
            for file in try files(in: folder, besides: ["made", "data"]) where file.pathExtension != "dcm" {
                let bytes = try Data(contentsOf: file)
                for canary in Self.canaries {
                    #expect(bytes.range(of: Data(canary.utf8)) == nil, "\(canary) stands in \(file.path)")
                }
            }
            let object = try Data(contentsOf: folder.appending(path: "out.dcm"))
            #expect(object.range(of: Data("CANARYNAME".utf8)) != nil, "an object names its patient")
        }
    }

    private func files(in folder: URL, besides: [String]) throws -> [URL] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { path in !besides.contains { path.hasPrefix($0 + "/images") || path.hasPrefix("made") } }
            .map { folder.appending(path: $0) }.filter { FileSystem.kind(of: $0) == .file }
    }

    /// A folder of patients is a cohort, one of several series must be chosen from, and other places are told so.
    @Test func seriesAreChosen() throws {
        try withMade { made, folder in
            try writeData("explicit-little", made, to: folder.appending(path: "data"))
            let trained = try Command.run(["train", "--data", "data", "--output", "run"] + Self.settings, in: folder)
            try #require(trained.status == 0, "\(trained.errors)")
            let several = try Command.run(["predict", "made/two-series", "--model", "run", "--output", "x.nii.gz"], in: folder)
            #expect(
                several.status == 1
                    && several.errors.contains("it holds 2 images: 1 (13×11×5), 2 (7×9×4); choose one by --series"),
                "\(several.errors)")
            for name in ["1", "2"] {
                let one = try Command.run(
                    ["predict", "made/two-series", "--series", name, "--model", "run", "--output", "\(name).dcm"], in: folder)
                #expect(one.status == 0, "\(one.errors)")
            }
            let none = try Command.run(["predict", "made/two-series", "--series", "7", "--model", "run"], in: folder)
            #expect(none.status == 1 && none.errors.contains("it has no series '7'; there are 1, 2"))
            let cohort = folder.appending(path: "cohort")
            try FileManager.default.createDirectory(at: cohort, withIntermediateDirectories: true)
            for name in ["explicit-little", "rle", "missing-plane"] {
                try FileManager.default.copyItem(at: made.appending(path: name), to: cohort.appending(path: name))
            }
            let all = try Command.run(["predict", "cohort", "--model", "run", "--output", "out/"], in: folder)
            #expect(all.status == 2 && all.errors.contains("left out: \(cohort.path)/missing-plane: 1 plane is missing"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out").path).sorted()
                    == ["explicit-little.nii.gz", "rle.nii.gz"])
            let wrong = try Command.run(["inspect", "run/best.safetensors", "--series", "1"], in: folder)
            #expect(wrong.status == 64 && wrong.errors.contains("--series and --uids are for DICOM folders"))
            let object = try Command.run(
                ["predict", "data/labels/case1.dcm", "--model", "run", "--output", "y.nii.gz"], in: folder)
            #expect(object.status == 1 && object.errors.contains("it holds segments, expected an image"))
            let volume = try Command.run(["predict", "data/images/case1", "--model", "run", "--output", "z.png"], in: folder)
            #expect(volume.status == 1 && volume.errors.contains("end the name in .nii or .nii.gz"))
        }
    }

    /// Files of a series stay what they are, none of its planes is missing unsaid, and no image hides another.
    @Test func whatWouldHarmASeriesOrHideItIsRefused() throws {
        try withMade { made, folder in
            try writeData("explicit-little", made, to: folder.appending(path: "data"))
            // Of another value than its segment's number.
            let classes =
                "data.classes=[{name: rest, values: [0]}, {name: bright, values: [1], code: {scheme: SCT, value: '1', meaning: Bright}}]"
            let trained = try Command.run(
                ["train", "--data", "data", "--output", "run", "--set", classes] + Self.settings, in: folder)
            try #require(trained.status == 0, "\(trained.errors)")
            func copied(_ name: String, to place: String) throws -> URL {
                let url = folder.appending(path: place)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(at: made.appending(path: name), to: url)
                return url
            }
            func predict(_ arguments: [String], _ status: Int32, _ words: String) throws {
                let command = try Command.run(["predict"] + arguments + ["--model", "run"], in: folder)
                #expect(
                    command.status == status && (words.isEmpty || command.errors.contains(words)),
                    "\(arguments): \(command.errors)")
            }
            let series = try copied("explicit-little", to: "own")
            let first = try #require(try FileSystem.list(series).first)
            let before = try Data(contentsOf: first)
            for output in [first.path, "own/new.dcm", "own/new.nii.gz"] {
                try predict(["own", "--output", output, "--overwrite"], 1, "holds the series that is labelled")
            }
            #expect(try Data(contentsOf: first) == before)

            _ = try copied("explicit-little", to: "mixed")
            let volume = folder.appending(path: "mixed/a.nii.gz")
            try NIfTI.write(
                .uint8([UInt8](repeating: 1, count: 8)), extent: Extent(width: 2, height: 2, depth: 2),
                geometry: VoxelGeometry(spacing: [1, 1, 1]), to: volume)
            try predict(["mixed", "--output", "x.nii.gz"], 1, "it holds DICOM and 1 other image, such as a.nii.gz")
            try predict(["mixed", "--series", "1", "--output", "x.nii.gz"], 0, "")

            let broken = try copied("explicit-little", to: "broken")
            let last = try #require(try FileSystem.list(broken).last)
            for damage in [Data(), Data(count: 4000), try Data(contentsOf: last).prefix(300)] {
                try damage.write(to: last)
                try predict(["broken", "--output", "y.nii.gz"], 1, "1 of the files beside it cannot be read (\(last.path): ")
                #expect(try Command.run(["inspect", "broken"], in: folder).output.contains("not read: \(last.path)"))
            }

            _ = try copied("two-series", to: "study")
            try DurableFile.write("image,id\nstudy#2,second\nown,first\n", to: folder.appending(path: "list.csv"))
            try predict(["list.csv", "--output", "listed/"], 0, "")
            #expect(try ImageFile.readInfo(folder.appending(path: "listed/second.nii.gz")).extent.sizes == [7, 9, 4])

            // A series without identifiers is left out of a cohort of objects, not its end.
            _ = try copied("explicit-little", to: "cohort/a")
            _ = try copied("rle", to: "cohort/c")
            let script =
                "import sys, pydicom\nfor path in sys.argv[1:]:\n d = pydicom.dcmread(path)\n del d.StudyInstanceUID\n d.save_as(path)"
            let anonymous = try copied("8-bit", to: "cohort/b")
            try #require(try PeerPython.run(["-c", script] + FileSystem.list(anonymous).map(\.path)).status == 0)
            try predict(["cohort", "--output", "objects/", "--format", "dicom-seg"], 2, "it has no StudyInstanceUID")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "objects").path).sorted() == [
                    "a.dcm", "c.dcm",
                ])
        }
    }
}
