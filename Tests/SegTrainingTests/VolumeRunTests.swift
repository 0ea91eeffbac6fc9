import Foundation
import MedicalImages
import RunTestSupport
import Sampling
import SegLosses
import SegMetrics
import TestSupport
import Testing

@testable import SegConfiguration
@testable import SegInference
@testable import SegTraining

/// A network of volumes goes the same way as one of planes: training on windows, validation, evaluation, prediction.
@Suite struct VolumeRunTests {
    private static let network = [
        "network.architecture=unet", "network.dimensions=3", "network.features=[8, 16]", "network.dropout=[0, 0]",
        "network.normalization=instance", "training.batch_size=2",
    ]

    private static func configuration(_ overrides: [String] = []) throws -> RunConfiguration {
        try TinyRun.configuration(["input.fit={crop: [2, 16, 16], foreground: 0.5}"] + network + overrides)
    }

    @Test func trainsEvaluatesAndPredicts() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration(["training.augmentation.depth_flip=0.5"])
            var prepared: TrainingEvent.PreparedData?
            let run = try TinyRun.train(configuration, data: data, into: folder.appending(path: "run")) {
                if case .prepared(let value) = $0 { prepared = value }
            }
            #expect(prepared?.trainingSamples == 4 && prepared?.sampleWord == "volumes")
            #expect(prepared?.view == "volumes, in random windows of 2×16×16, 50 % of them about foreground; means of a pass")
            let facts = try String(contentsOf: run.facts, encoding: .utf8)
            #expect(facts.contains(#""validation_scoring" : "windows of 2×16×16, step 0.5""#), "\(facts)")
            let checkpoint = try Checkpoint(contentsOf: run.best)
            let model = try SegmentationModel(checkpoint: checkpoint)
            let cases = try checkpoint.manifest.openDataSet(at: data).cases(of: .test)
            let result = try SplitEvaluation(model: model, cases: cases).run()
            #expect(
                result.summary.pixels == 2 * 32 * 32 && result.store.entries.count == 2, "planes are the images that are scored")
            #expect(result.networkStore.dataset.total == 2 * 32 * 32)
            let output = folder.appending(path: "labels.nii.gz")
            try Predictor(model).run(.init(cases[0], output: output))
            let (image, labels) = (try ImageFile.readInfo(cases[0].image.first), try ImageFile.readInfo(output))
            #expect(labels.extent == image.extent && labels.geometry == image.geometry)
            #expect(try EpochLine.miou(of: run).allSatisfy { $0.isFinite })
        }
    }

    /// While it trains, volumes are scored window by window; a network that looks at single voxels gives the same scores and loss.
    @Test func validationByWindowsIsThatOfTheWhole() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration(["input.normalization={range: [0, 100]}"])
            let cases = try configuration.openDataSet(at: data).cases(of: .validation)
            func validated(_ inferer: any Inferer, window: GridSize?) throws -> (
                scores: ConfusionMatrix, loss: Double, parts: Int
            ) {
                let model = try SegmentationModel(inferer, configuration: configuration)
                let reader = try CaseReader(model.recipe)
                var store = ConfusionStore(classCount: 2)
                var loss = ValidationLoss(CrossEntropyLoss(ignoreLabel: 255), batchSize: 1, window: window)
                var parts = 0
                for dataCase in cases {
                    try Evaluator(model).evaluate(reader.read(dataCase), into: &store) {
                        try loss.add($0)
                        parts += 1
                    }
                }
                return (store.dataset, try #require(try loss.total().mean), parts)
            }
            let network = WholeInput(network: LevelNetwork([0, 3], dimensions: 3))
            let whole = try validated(network, window: nil)
            let windows = try validated(
                InferenceSettings().inferer([network], configuration),
                window: configuration.input.fit.size)
            #expect(whole.parts == cases.count && windows.parts > 2 * cases.count)
            #expect(windows.scores == whole.scores)
            #expect(abs(windows.loss - whole.loss) < 1e-5 * whole.loss)
        }
    }

    /// Two levels that are scored, and the weights of a running average.
    private static let deeplySupervised = [
        "network.features=[8, 16, 16]", "network.dropout=[0, 0, 0]", "network.strides=[[1, 1, 1], [1, 2, 2], [2, 2, 2]]",
        "network.deep_supervision=true", "training.weight_average=0.9", "training.stages.0.optimizer=sgd",
    ]

    /// Stopped and resumed, it ends with the same bytes.
    @Test(arguments: [
        [], ["network.architecture=plain_conv_unet"] + deeplySupervised,
        ["network.architecture=residual_encoder_unet", "network.blocks=[1, 2, 1]"] + deeplySupervised,
    ])
    func goesOnWithTheSameBytes(_ overrides: [String]) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try Self.configuration(
                ["training.augmentation.warp={probability: 1, rotation: 20, elastic: 1}"] + overrides)
            let whole = try TinyRun.train(configuration, data: data, into: folder.appending(path: "whole"))
            let cut = RunFolder(folder.appending(path: "cut"))
            var asked = 0
            _ = try Trainer(configuration, dataSet: configuration.openDataSet(at: data), folder: cut) {
                asked += 1
                return asked > 2
            }.run()
            let saved = try SavedRun(cut)
            let outcome = try Trainer(
                continuing: saved, with: configuration, dataSet: configuration.openDataSet(at: data, keeping: saved.splits)
            ).run()
            #expect(outcome == .finished)
            #expect(try Data(contentsOf: cut.last) == Data(contentsOf: whole.last))
        }
    }

    @Test(arguments: [
        (
            ["input.fit={pad: [32, 32]}"],
            "input.fit: expected [planes, rows, columns] for a network of 3 dimensions (network.dimensions), found [32, 32]"
        ),
        (
            ["training.memory_format=channels_last"],
            "training.memory_format: expected auto or channels_first for a network of 3 dimensions, found channels_last"
        ),
        (
            ["input.spacing=[1, 1]"],
            "input.spacing: expected [planes, rows, columns], as of input.fit, found [rows, columns]"
        ),
    ])
    func settingsOfPlanesAreRefused(_ overrides: [String], says: String) throws {
        let message = messageThrown { try Self.configuration(overrides).recipe.validate() }
        #expect(message?.hasSuffix(says) == true, "\(message ?? "nil")")
    }

    @Test func planesDoNotTakeVolumes() {
        let message = messageThrown {
            _ = try TinyRun.configuration(["input.fit={crop: [2, 16, 16]}", "training.augmentation.depth_flip=0.5"])
        }
        #expect(
            message?.hasSuffix(
                "input.fit: expected [rows, columns] for a network of 2 dimensions (network.dimensions), found [2, 16, 16]")
                == true, "\(message ?? "nil")")
    }
}

private enum EpochLine {
    /// The foreground's mean IoU of each epoch.
    static func miou(of run: RunFolder) throws -> [Double] {
        try TinyRun.records(of: run).compactMap(\.validation.dataset.miouForeground)
    }
}
