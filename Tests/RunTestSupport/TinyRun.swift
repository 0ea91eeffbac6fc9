import Foundation
import SegMetrics
import Torch

import Phantoms
import SegConfiguration
import SegInference
import SegTraining

/// A data set and a configuration that train in a second.
package enum TinyRun {
    /// Four cases to train, one to validate and one to test, of two planes each.
    package static func writeData(to folder: URL) throws {
        try CTPhantom(cases: 6, width: 32, height: 32, depth: 2, seed: 5).write(to: folder)
    }

    /// Cross-entropy, then margin calibration, one epoch each, unless the overrides say otherwise.
    package static func configuration(_ overrides: [String] = []) throws -> RunConfiguration {
        try ConfigurationReader(
            file: nil, preset: "quick",
            overrides: [
                "input.normalization={window: [-1400, 100]}", "input.fit={pad: [32, 32]}", "training.batch_size=4",
                "training.stages.0.epochs=1", "training.stages.1.epochs=1", "training.stages.1.name=margin",
                "training.stages.1.objective=margin(form=paper,tau=10,nu=1)",
            ] + overrides
        ).configuration()
    }

    /// Trains in a new folder.
    @discardableResult
    package static func train(
        _ configuration: RunConfiguration, data: URL, into folder: URL, workers: Int = 1, from weights: URL? = nil,
        observe: @escaping (TrainingEvent) -> Void = { _ in }
    ) throws -> RunFolder {
        // Tests run side by side: threads within a step as well would wait for each other on busy cores.
        try TorchLibrary.setThreadCount(1)
        let run = RunFolder(folder)
        var configuration = configuration
        if let weights { configuration.training.stages[0].from = weights.path }
        try Trainer(
            configuration, dataSet: configuration.openDataSet(at: data), folder: run, resources: .init(loaderWorkers: workers),
            observe: observe
        ).run()
        return run
    }

    /// The lines of a run's `metrics.jsonl`.
    package static func records(of run: RunFolder) throws -> [EpochRecord] {
        let text = try String(contentsOf: run.metrics, encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONDecoder().decode(EpochRecord.self, from: Data($0.utf8)) }
    }

    /// The lines of a run's `metrics.jsonl` without what a clock says: the same bytes for the same training.
    package static func timelessMetrics(of run: RunFolder) throws -> [Data] {
        try Data(contentsOf: run.metrics).split(separator: UInt8(ascii: "\n")).map { line in
            var object = try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
            for key in ["seconds", "seconds_waited", "validation_seconds", "images_per_second"] { object[key] = nil }
            return try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
        }
    }

    /// The names in a folder, hidden ones included, sorted.
    package static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}
