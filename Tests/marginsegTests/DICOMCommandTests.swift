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
            let labelled = try run(["predict", "data/images/case1", "--model", "run", "--output", "out.dcm"])
            #expect(labelled.output == "\(folder.path)/out.dcm\n")
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
                    && several.errors.contains("it holds 2 images: 1 (13×11×5), 2 (7×9×4); choose one by --series"), "\(several.errors)")
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
}
