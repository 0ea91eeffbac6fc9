import MarginCalibration
import SegMetrics
import SegModels
import Torch

import SegConfiguration
import SegInference

/// A checkpoint of untrained weights.
package enum TinyCheckpoint {
    package static func make(
        _ configuration: RunConfiguration, channels: Int = 1, format: Int = Checkpoint.Manifest.currentFormat
    ) throws
        -> Checkpoint
    {
        let network = try configuration.network.makeNetwork(
            channels: channels, classes: configuration.data.classes.count, generator: Generator(seed: 3))
        return Checkpoint(manifest: try manifest(configuration, channels: channels, format: format), weights: network.state())
    }

    package static func manifest(
        _ configuration: RunConfiguration, channels: Int = 1, format: Int = Checkpoint.Manifest.currentFormat
    )
        throws -> Checkpoint.Manifest
    {
        let classCount = configuration.data.classes.count
        let labels = try LabelDistribution(counts: Array(repeating: 50, count: classCount))
        var store = ConfusionStore(classCount: classCount)
        store.append(
            group: "p", case: "p", image: "p/0",
            matrix: ConfusionMatrix(rows: (0..<classCount).map { row in (0..<classCount).map { $0 == row ? 3 : 1 } }))
        return Checkpoint.Manifest(
            configuration: configuration,
            channels: channels, trainingLabels: labels, marginOffsets: [try MarginOffsets(labels)], stage: 2, stageName: "margin",
            objective: "margin", epoch: 4,
            validation: MetricSummary(store, classes: ScoredClasses(configuration.data.classNames)),
            format: format
        )
    }
}
