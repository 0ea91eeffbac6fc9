import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegInference

/// Probabilities and uncertainty beside the labels.
@Suite struct PredictionMapsTests {
    private static let extent = Extent(width: 6, height: 5, depth: 3)
    /// Turned, so that rows and columns change places.
    private static let geometry = VoxelGeometry(
        affine: Affine(rowMajor: [0, -1.5, 0, 20, 1.5, 0, 0, -15, 0, 0, 4, -7, 0, 0, 0, 1]))
    private static let levels = [0.0, 1, 2]

    private static func write(to url: URL) throws {
        let samples = (0..<extent.voxelCount).map { Float($0 * 31 % 50) / 25 }
        try NIfTI.write(.float32(samples), extent: extent, geometry: geometry, to: url)
    }

    @discardableResult
    private static func predict(
        _ model: SegmentationModel, _ input: URL, to output: URL?, _ maps: PredictionMaps, overwrite: Bool = false,
        continues: Bool = false
    ) throws -> PredictionPlan {
        let source = try PredictionInput(input, grouping: ImageGrouping(LayoutSettings(), channels: 1))
        let plan = try PredictionPlan(source, output: output, overwrite: overwrite, continues: continues, maps: maps)
        _ = try Predictor(model).run(plan)
        return plan
    }

    /// What nibabel and numpy find in the files of a case.
    private static let script = """
        import json, sys, numpy, nibabel
        image, labels, volume, archive, entropy = sys.argv[1:]
        image, labels, volume, entropy = (nibabel.load(path) for path in (image, labels, volume, entropy))
        array = numpy.load(archive)["probabilities"]
        p = numpy.asarray(volume.dataobj)
        e = numpy.asarray(entropy.dataobj)
        wanted = -(p * numpy.log(numpy.maximum(p, 1e-9))).sum(-1) / numpy.log(p.shape[-1])
        print(json.dumps({
            "shape": list(volume.shape), "dtypes": [str(p.dtype), str(array.dtype), str(e.dtype)],
            "affines": [bool((other.affine == image.affine).all()) for other in (labels, volume, entropy)],
            "archive": list(array.shape), "same": bool((array == p.transpose(3, 2, 1, 0)).all()),
            "labels": bool((p.argmax(-1) == numpy.asarray(labels.dataobj)).all()),
            "sums": float(abs(p.sum(-1) - 1).max()), "entropy": float(abs(e - wanted).max()),
            "half": bool((p == p.astype("float16")).all()), "first": p[0, 0, 0].tolist()}))
        """

    @Test(
        .enabled(if: PeerPython.has("nibabel"), "\(PeerPython.missing("nibabel"))"),
        arguments: [
            ("{pad: [8, 8]}", [], [6, 5, 3]), ("{pad: [4, 8, 8]}", ["network.dimensions=3"], [6, 5, 3]),
            ("{resize: [12, 12]}", ["input.plane=axial"], [6, 5, 3]),
            ("{pad: [8, 8]}", ["input.crop=[1, 1, 3, 2]"], [6, 5, 3]),
        ] as [(String, [String], [Int])])
    func nibabelAndNumpyReadThem(_ fit: String, _ overrides: [String], _ shape: [Int]) throws {
        try withTemporaryFolder { folder in
            let image = folder.appending(path: "a.nii.gz")
            try Self.write(to: image)
            let model = try LevelNetwork.model(Self.levels, fit: fit, overrides: overrides)
            for form in [PredictionMaps.Probabilities.nifti, .npz] {
                try Self.predict(model, image, to: nil, .init(probabilities: form, uncertainty: .entropy), overwrite: true)
            }
            let names = ["a.nii.gz", "a_labels.nii.gz", "a_probabilities.nii.gz", "a.npz", "a_entropy.nii.gz"]
            #expect(try TinyRun.names(in: folder) == names.sorted())
            let answer = try PeerPython.run(["-c", Self.script] + names.map { folder.appending(path: $0).path })
            try #require(answer.status == 0)
            let found = try #require(try JSONSerialization.jsonObject(with: answer.output) as? [String: Any])
            #expect(found["shape"] as? [Int] == shape + [3])
            #expect(found["archive"] as? [Int] == [3] + shape.reversed())
            #expect(found["dtypes"] as? [String] == ["float32", "float32", "float32"])
            #expect(found["affines"] as? [Bool] == [true, true, true])
            #expect(found["same"] as? Bool == true && found["half"] as? Bool == true)
            #expect(found["labels"] as? Bool == true, "the largest probability is the label")
            let (sums, entropy) = (found["sums"] as? Double, found["entropy"] as? Double)
            #expect(try #require(sums) < 0.001 && #require(entropy) < 0.002)
            let isCropped = overrides.contains { $0.contains("crop") }
            #expect((found["first"] as? [Double] == [1, 0, 0]) == isCropped, "background is certain where nothing was looked at")
        }
    }

    @Test func picturesHaveArchivesAndPictures() throws {
        try withTemporaryFolder { folder in
            let image = folder.appending(path: "a.png")
            try PNG.write(gray: [0, 1, 1, 0, 0, 1], width: 3, height: 2, to: image)
            let model = try LevelNetwork.model([0, 1])
            let maps = PredictionMaps(probabilities: .npz, uncertainty: .entropy)
            try Self.predict(model, image, to: folder.appending(path: "out.png"), maps)
            #expect(try TinyRun.names(in: folder) == ["a.png", "out.npz", "out.png", "out_entropy.png"])
            guard case .uint16(let entropy) = try PNG.read(folder.appending(path: "out_entropy.png")).samples else {
                Issue.record("16 bits")
                return
            }
            // Both levels are half a unit away from their borders: p = 1 / (1 + exp(−1/2)).
            let p = 1 / (1 + exp(-0.5))
            let expected = -(p * log(p) + (1 - p) * log(1 - p)) / log(2)
            #expect(entropy.allSatisfy { abs(Double($0) / 65535 - expected) < 0.001 })

            let message = messageThrown {
                try Self.predict(model, image, to: folder.appending(path: "b.png"), .init(probabilities: .nifti))
            }
            #expect(
                message
                    == "\(image.path) has no probabilities as NIfTI: it is a picture; ask for them as npz (--probabilities npz)")
            let pages = folder.appending(path: "p.tif")
            try TIFF.write(gray: [0, 1], width: 1, height: 1, pages: 2, to: pages)
            let refused = messageThrown {
                try Self.predict(model, pages, to: folder.appending(path: "q.tif"), .init(uncertainty: .entropy))
            }
            #expect(
                refused
                    == "\(folder.path)/q_entropy.png cannot be written: a picture of 16 bits holds no 2 pages; leave --uncertainty out"
            )
        }
    }

    /// Maps are planned and kept as labels are; a case is done when all its files are there.
    @Test func mapsAreOutputsLikeLabels() throws {
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: true)
            for name in ["a", "b"] { try Self.write(to: scans.appending(path: "\(name).nii.gz")) }
            let out = folder.appending(path: "out")
            let model = try LevelNetwork.model(Self.levels)
            let maps = PredictionMaps(probabilities: .nifti)
            try Self.predict(model, scans, to: out, .init())
            try Data("mine".utf8).write(to: out.appending(path: "b_probabilities.nii.gz"))
            let message = messageThrown { try Self.predict(model, scans, to: out, maps) }
            #expect(message?.contains("it exists already, as do 2 more of 4") == true, "\(message ?? "nothing")")
            let continued = try Self.predict(model, scans, to: out, maps, continues: true)
            #expect(continued.jobs.map(\.dataCase.id) == ["a"] && continued.done.map(\.dataCase.id) == ["b"])
            #expect(try Data(contentsOf: out.appending(path: "b_probabilities.nii.gz")) == Data("mine".utf8))
            // Beside their images maps are no images.
            try Self.predict(
                model, scans.appending(path: "a.nii.gz"), to: nil, .init(probabilities: .nifti, uncertainty: .entropy))
            let again = try PredictionInput(scans, grouping: ImageGrouping(LayoutSettings(), channels: 1))
            #expect(again.finding.cases.map(\.id) == ["a", "b"] && again.finding.labels.count == 3)
        }
    }
}
