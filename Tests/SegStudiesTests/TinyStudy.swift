import DurableFiles
import Foundation
import Phantoms
import SegInference
import SegMetrics
import Torch

@testable import SegStudies

/// A study that is made in a few seconds: generated volumes of 32×32, one epoch for each stage.
enum TinyStudy {
    /// `images/`, `labels/`, `split.csv` of four training volumes, one to validate and one to test.
    static func writeData(to folder: URL) throws {
        try CTPhantom(cases: 6, width: 32, height: 32, depth: 2, seed: 5).write(to: folder)
    }

    static func yaml(seeds: String = "[1, 2]", objectives: String = standard) -> String {
        """
        title: A tiny study
        notes: [Of no use but to be tested.]
        seeds: \(seeds)
        pretraining: {epochs: 1, learning_rate: 1.0e-3}
        finetuning: {epochs: 1, learning_rate: 5.0e-4}
        tasks:
          - name: lesions
            summary: Drawn.
            published: {test: {margin: {miou_foreground: 71.3}}}
            configuration:
              preset: quick
              data: {folder: data}
              input: {normalization: {window: [-1400, 100]}, fit: {pad: [32, 32]}}
              training: {batch_size: 4}
        objectives:
        \(objectives)
        """
    }

    static let standard = """
          - {name: cross-entropy, objective: cross_entropy}
          - {name: margin, objective: margin(sum=2)}
        """

    /// Writes file and data into a folder and reads the study.
    static func make(_ yaml: String, in folder: URL) throws -> Study {
        let file = folder.appending(path: "study.yaml")
        try DurableFile.write(yaml, to: file)
        if FileSystem.kind(of: folder.appending(path: "data")) == .missing { try writeData(to: folder.appending(path: "data")) }
        return try StudyFile(file).study()
    }

    static func run(
        _ study: Study, in folder: URL, part: WorkPart? = nil, shouldStop: @escaping () -> Bool = { false },
        observe: @escaping (StudyRunner.Event) -> Void = { _ in }
    ) throws -> StudyRunner.Outcome {
        // Tests run side by side: threads within a step as well would wait for each other on busy cores.
        try TorchLibrary.setThreadCount(1)
        return try StudyRunner(
            study, in: folder, resources: .init(loaderWorkers: 1), bootstrap: Bootstrap(resamples: 20), part: part,
            shouldStop: shouldStop, observe: observe
        ).run()
    }
}
