import DataSets
import Foundation
import MedicalImages
import RunTestSupport
import Sampling
import SegConfiguration
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import SegExport
@testable import SegInference

/// The Python example with exported networks on real images against `SegmentationModel`: the same labels but for ties.
@Suite(
    .enabled(if: ONNXPeer.isThere, ONNXPeer.missing), .enabled(if: TestFolders.realData != nil, "\(TestFolders.noRealData)"))
struct RealCaseTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let image: String
        var channels = 1
        /// Of each model.
        let overrides: [[String]]
        var decision = Decision.argmax
        var settings = InferenceSettings()
    }

    private static let hippocampus = "hippocampus-mr-nifti/images/hippocampus_001.nii.gz"
    private static let slice = "covid19-ct-slices/ct/0626.png"
    private static let volumes = [
        "network.dimensions=3", "network.strides=[[1,1,1],[2,2,2],[2,2,2]]", "network.features=[8,16,24]",
        "network.dropout=[0,0,0]",
        "data.classes=[{name: background, values: [0]}, {name: a, values: [2]}, {name: b, values: [5]}]",
    ]
    private static let planes = [
        "network.features=[8,16,32]", "network.dropout=[0,0,0]",
        "data.classes=[{name: background, values: [0]}, {name: a, values: [2]}, {name: b, values: [5]}]",
    ]
    private static let plain = [
        "network.architecture=plain_conv_unet", "network.normalization=instance", "network.kernels=null",
    ]

    static let rows = [
        Row(
            testDescription: "a volume in windows, mirrored", image: hippocampus,
            overrides: [
                volumes + plain + ["input.normalization=z_score", "input.fit={crop: [24, 32, 24], foreground: 0.33}"]
            ], settings: InferenceSettings(mirroring: .axes([.horizontal, .depth]))),
        Row(
            testDescription: "a volume resampled, with offsets", image: hippocampus,
            overrides: [
                volumes + plain + [
                    "input.normalization={percentiles: [0.5, 99.5]}", "input.spacing=[1.4, 0.8, 1.1]",
                    "input.fit={crop: [16, 64, 40], foreground: 0.33}",
                ]
            ], decision: .offsets([0, 0.3, -0.2])),
        Row(
            testDescription: "planes of a volume, far apart, resized", image: hippocampus,
            overrides: [
                planes + [
                    "input.plane=coronal", "input.normalization={z_score: nonzero}", "input.crop=nonzero",
                    "input.fit={resize: [30, 52]}",
                ]
            ]),
        Row(
            testDescription: "a picture", image: slice,
            overrides: [planes + ["input.normalization={range: [0, 255]}", "input.fit={pad: [640, 700]}"]]),
        Row(
            testDescription: "volumes as nnU-Net has them", image: hippocampus,
            overrides: [
                volumes + plain + [
                    "input.normalization=z_score", "input.crop=nonzero", "input.spacing=[1.3, 0.9, 1.1]",
                    "input.resampling=spline", "input.fit={crop: [32, 64, 48], frame: zero}",
                    "inference={mirror: [horizontal, depth]}",
                ]
            ]),
        Row(
            testDescription: "planes as nnU-Net has them", image: hippocampus,
            overrides: [
                planes + [
                    "input.plane=file-x", "input.normalization=z_score", "input.spacing=[0.8, 1.2]", "input.resampling=spline",
                    "input.fit={crop: [64, 64], frame: zero}",
                ]
            ]),
        Row(
            testDescription: "an ensemble", image: hippocampus,
            overrides: Array(
                repeating: planes + ["input.normalization=z_score", "input.fit={pad: [64, 64]}"], count: 3)),
        Row(
            testDescription: "an ensemble of planes and volumes", image: hippocampus,
            overrides: [
                planes + ["input.plane=sagittal", "input.normalization=z_score", "input.fit={pad: [64, 64]}"],
                volumes + plain + [
                    "input.normalization={clip: [0, 900], mean: 300, deviation: 200}",
                    "input.fit={crop: [24, 32, 24], foreground: 0.33}",
                ],
                planes + ["input.plane=sagittal", "input.normalization=z_score", "input.fit={pad: [64, 64]}"],
            ]),
    ]

    /// Whole inputs, whose sums are the longest; beyond, float32 itself is less exact than this.
    @Test(arguments: [
        (slice, planes + ["input.normalization=z_score", "input.fit={pad: [256, 256]}"]),
        (hippocampus, volumes + ["network.architecture=unet", "input.normalization=z_score", "input.fit={pad: [48, 64, 48]}"]),
        (hippocampus, volumes + plain + ["input.normalization=z_score", "input.fit={pad: [128, 128, 128]}"]),
    ])
    func logitsAreThoseOfTheNetwork(_ image: String, _ overrides: [String]) throws {
        try TorchLibrary.setThreadCount(1)
        let image = try #require(TestFolders.realData).appending(path: image)
        let checkpoint = try RandomCheckpoint.make(ConfigurationReader(file: nil, overrides: overrides).configuration())
        let dataCase = DataCase(id: "a", group: "a", image: ImageLocation(image), label: nil)
        let input = try SegmentationModel(checkpoint: checkpoint).read(dataCase).input(0)
        let values = try Tensor(input.whole, shape: [1, 1] + input.size.lengths)
        let network = try checkpoint.makeNetwork(execution: .composed)
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "m.onnx")
            try ModelExport([checkpoint]).write(to: .onnx(file))
            let found = try #require(ONNXPeer.run(file, ["a": values])["logits/a"])
            let expected = try withInference { try network(values, .evaluation) }
            #expect(try found.largestDifference(to: expected) < 1e-4)
        }
    }

    @Test(arguments: rows)
    func labelsAreThoseOfTheProgram(_ row: Row) throws {
        try TorchLibrary.setThreadCount(1)
        let image = try #require(TestFolders.realData).appending(path: row.image)
        try withTemporaryFolder { folder in
            let checkpoints = try row.overrides.enumerated().map { number, overrides in
                let file = folder.appending(path: "\(number).safetensors")
                try RandomCheckpoint.make(
                    ConfigurationReader(file: nil, overrides: overrides).configuration(), channels: row.channels,
                    seed: UInt64(number)
                ).write(to: file)
                return try Checkpoint(contentsOf: file)
            }
            let model = try SegmentationModel(ensemble: checkpoints, settings: row.settings, execution: .composed)
            model.decision = row.decision
            let place = try ExportPlace(
                folder.appending(path: checkpoints.count == 1 ? "out/model.onnx" : "out"), models: checkpoints.count)
            try ModelExport(checkpoints, settings: row.settings, decision: row.decision).write(to: place, withExample: true)

            let dataCase = DataCase(id: "a", group: "a", image: ImageLocation(image), label: nil)
            let (own, other) = (folder.appending(path: "own" + row.ending), folder.appending(path: "other" + row.ending))
            var closest: [Float] = []
            let prepared = try model.read(dataCase)
            try model.forEachPart(of: prepared, inPlanes: true) { part in
                for scores in try part.nativeScores() {
                    let pixels = scores.count / 3
                    let values = row.decision.values(of: scores, pixels: pixels)
                    closest += (0..<pixels).map { pixel in
                        let sorted = (0..<3).map { values[$0 * pixels + pixel] }.sorted()
                        return sorted[2] - sorted[1]
                    }
                }
            }
            try Predictor(model).run(.init(dataCase, output: own))
            let example = folder.appending(path: checkpoints.count == 1 ? "out/model.py" : "out/ensemble.py")
            let status = try PeerPython.run([example.path, image.path, other.path]).status
            try #require(status == 0, "the example failed")

            let (expected, found) = (try ImageFile.read(own), try ImageFile.read(other))
            #expect(expected.extent == found.extent)
            #expect(expected.geometry == found.geometry)
            let grid = prepared.grid
            let (truth, labels) = (
                grid.apply(to: try expected.labelValues()), grid.apply(to: try found.labelValues())
            )
            #expect(Set(truth).count > 1, "the labels say something")
            // Probabilities of several preparations are rounded to half precision, scores are not.
            let tie: Float = row.overrides.count > 1 && model.partners.count > 0 ? 4e-3 : 1e-3
            let wrong = truth.indices.filter { truth[$0] != labels[$0] && closest[$0] > tie }
            #expect(wrong.isEmpty, "\(wrong.count) of \(truth.count)")
        }
    }
}

extension RealCaseTests.Row {
    fileprivate var ending: String { image.hasSuffix(".png") ? ".png" : ".nii.gz" }
}
