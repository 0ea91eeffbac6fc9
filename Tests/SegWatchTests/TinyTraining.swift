import Foundation
import MarginCalibration
import SegMetrics
import Torch

@testable import DataSets
@testable import Phantoms
@testable import SegConfiguration
@testable import SegTraining

/// A data set and a configuration that train in a second, and the events of a training that never was.
enum TinyTraining {
    static func configuration(_ overrides: [String] = []) throws -> RunConfiguration {
        try ConfigurationReader(
            file: nil, preset: "quick",
            overrides: [
                "input.normalization={window: [-1400, 100]}", "input.fit={pad: [32, 32]}", "training.batch_size=4",
                "training.stages.0.epochs=2", "training.stages.1.epochs=1",
            ] + overrides
        ).configuration()
    }

    /// Four cases to train, one to validate and one to test, of two planes each.
    static func dataSet(in folder: URL, _ configuration: RunConfiguration) throws -> DataSet {
        try CTPhantom(cases: 6, width: 32, height: 32, depth: 2, seed: 5).write(to: folder)
        try TorchLibrary.setThreadCount(1)
        return try configuration.openDataSet(at: folder)
    }

    /// Two stages of 10 and 20 epochs, 5 steps each.
    static let stages = [
        StageConfiguration(name: "first", objective: "cross_entropy", epochs: 10),
        StageConfiguration(name: "second", objective: "margin", epochs: 20),
    ]

    static func start(_ number: Int, firstStep: Int = 0) -> TrainingEvent {
        .stageStarted(
            .init(number: number, stageCount: 2, stage: stages[number - 1], stepsPerEpoch: 5, firstStep: firstStep, offsets: [])
        )
    }

    static func step(_ step: Int, of stage: Int, loss: Double = 1) -> TrainingEvent {
        .stepped(
            .init(
                epoch: (step - 1) / 5 + 1, epochs: stages[stage - 1].epochs, step: step, steps: 5 * stages[stage - 1].epochs,
                loss: loss, learningRate: 0.1, images: 4))
    }

    /// An epoch whose foreground class has this IoU, or none that is defined.
    static func record(_ epoch: Int, of stage: Int, loss: Double = 1, hits: Int = 50, isBest: Bool = false) -> EpochRecord {
        var store = ConfusionStore(classCount: 2)
        store.append(group: "p", case: "p", image: "p/0", matrix: ConfusionMatrix(rows: [[100, 0], [100 - hits, hits]]))
        let summary = MetricSummary(store, classes: ScoredClasses(["background", "lesion & <more>"]))
        return EpochRecord(
            stage: stage, stageName: stages[stage - 1].name, objective: stages[stage - 1].objective, epoch: epoch,
            trainingLoss: loss, trainingMIoU: 0.625, validationLoss: 1.25 * loss, learningRate: 0.001, seconds: 2,
            secondsWaited: 0.5, validationSeconds: 2, imagesPerSecond: 10, validation: summary,
            neverPredicted: [], selectedBy: .miouForeground, score: summary.dataset.miouForeground, isBest: isBest)
    }
}
