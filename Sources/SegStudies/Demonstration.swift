import DataSets
import DurableFiles
import Foundation
import MarginCalibration
import Phantoms
import SegConfiguration
import SegInference
import SegMetrics
import SegTraining
import Torch

/// The main job at a small scale, on generated chest CT: cross-entropy pre-training, then from that one checkpoint as many
/// epochs more of cross-entropy against as many of margin calibration; both scored on held-out cases; a new volume labelled.
public struct Demonstration {
    /// An objective that continues the pre-training.
    public struct Arm: Sendable {
        public let name: String
        public let objective: String
    }

    public struct ArmResult {
        public let arm: Arm
        public let run: RunFolder
        public let evaluation: SplitEvaluation.Result
        /// What was scored, and on what.
        public let model: SegmentationModel
        public let cases: [DataCase]
    }

    /// More of the same, and the paper's loss at the authors' τ and ν.
    public static let arms = [
        Arm(name: "cross-entropy, continued", objective: "cross_entropy"),
        Arm(name: "margin calibration", objective: "margin(form=paper,tau=10,nu=1)"),
    ]

    public let folder: URL
    public let resources: TrainingResources
    private let phantom = CTPhantom(cases: 24, width: 112, height: 112, depth: 10, seed: 1)
    private static let epochs = (pretraining: 12, each: 12)

    public init(folder: URL, resources: TrainingResources) {
        self.folder = folder
        self.resources = resources
    }

    public var data: URL { folder.appending(path: "data", directoryHint: .isDirectory) }
    public var pretraining: RunFolder { RunFolder(folder.appending(path: "runs/pretraining", directoryHint: .isDirectory)) }

    public func run(of arm: Arm) -> RunFolder {
        let name = String(arm.objective.prefix { $0 != "(" })
        return RunFolder(folder.appending(path: "runs/\(name)", directoryHint: .isDirectory))
    }

    /// A volume that no run has seen, and its predicted labels.
    public var newVolume: URL { folder.appending(path: "new/case_new.nii.gz") }
    public var newLabels: URL { folder.appending(path: "new/case_new_labels.nii.gz") }

    /// Draws the data set.
    public func makeData() throws {
        try phantom.write(to: data, workers: ProcessInfo.processInfo.activeProcessorCount)
    }

    public var caseCount: Int { phantom.cases }

    /// Trains the weights that all arms start from.
    public func pretrain(observe: @escaping (TrainingEvent) -> Void) throws {
        try train(
            StageConfiguration(
                name: "pretraining", objective: "cross_entropy", epochs: Self.epochs.pretraining, learningRate: 2e-3),
            into: pretraining, from: nil, observe: observe)
    }

    public func train(_ arm: Arm, observe: @escaping (TrainingEvent) -> Void) throws {
        try train(
            StageConfiguration(name: arm.name, objective: arm.objective, epochs: Self.epochs.each, learningRate: 1e-3),
            into: run(of: arm), from: pretraining.best, observe: observe)
    }

    private func train(
        _ stage: StageConfiguration, into run: RunFolder, from weights: URL?, observe: @escaping (TrainingEvent) -> Void
    ) throws {
        var stage = stage
        stage.from = weights?.path
        let configuration = try configuration(stage)
        try Trainer(
            configuration, dataSet: configuration.openDataSet(at: data), folder: run, resources: resources, observe: observe
        ).run()
    }

    private func configuration(_ stage: StageConfiguration) throws -> RunConfiguration {
        var configuration = try ConfigurationReader(
            file: nil, preset: "quick",
            overrides: [
                "data.classes=[{name: background, values: [0]}, {name: lesion, values: [1]}]",
                "input.normalization={window: [-1400, 100]}",
                "input.fit={pad: [112, 112]}",
                "training.augmentation={horizontal_flip: 0.5, vertical_flip: 0, brightness: 0.05, contrast: 0.1, noise: 0}",
            ]
        ).configuration()
        configuration.data.folder = data.path
        configuration.training.stages = [stage]
        return configuration
    }

    /// Scores an arm's best checkpoint on the test split.
    public func evaluate(_ arm: Arm, onCase: (Int) -> Void) throws -> ArmResult {
        let checkpoint = try Checkpoint(contentsOf: run(of: arm).best)
        let model = try SegmentationModel(checkpoint: checkpoint, device: resources.device)
        let cases = try checkpoint.manifest.openDataSet(at: data).cases(of: .test)
        return ArmResult(
            arm: arm, run: run(of: arm), evaluation: try SplitEvaluation(model: model, cases: cases).run(onCase: onCase),
            model: model, cases: cases)
    }

    /// Draws one more volume, of another seed, and labels it with an arm's model.
    public func predictNewVolume(with arm: Arm) throws {
        let drawn = folder.appending(path: "new/drawn", directoryHint: .isDirectory)
        try CTPhantom(cases: 3, width: phantom.width, height: phantom.height, depth: phantom.depth, seed: 2).write(to: drawn)
        guard let image = try FileSystem.list(drawn.appending(path: "images")).first else { return }
        try DurableFile.copy(image, to: newVolume)
        try FileManager.default.removeItem(at: drawn)
        let model = try SegmentationModel(checkpoint: Checkpoint(contentsOf: run(of: arm).best), device: resources.device)
        let grouping = try ImageGrouping(LayoutSettings(), channels: model.inferer.channelCount)
        _ = try Predictor(model).run(PredictionPlan(PredictionInput(newVolume, grouping: grouping), output: newLabels))
    }
}
