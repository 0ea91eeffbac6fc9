import Foundation
import MarginCalibration
import PostProcessing
import Randomness
import SegMetrics
import SegReports
import TestSupport

/// A report of made-up values, with everything that a report can hold.
enum SampleReport {
    static let classNames = ["background", "lung <left>", "lesion & co"]

    /// - Parameter runCount: 1 leaves out what compares runs.
    static func make(
        runCount: Int, hasValidationLoss: Bool = true, predictsLesions: Bool = true, isPostProcessed: Bool = false
    ) throws -> RunReport {
        let runs = try (0..<runCount).map {
            try run(
                number: $0, hasValidationLoss: hasValidationLoss, predictsLesions: predictsLesions,
                postProcessing: isPostProcessed ? postProcessing() : nil)
        }
        let comparison =
            try runCount == 1
            ? nil
            : Comparison(
                runs.map { Comparison.Method(name: $0.name, evaluations: [$0.evaluation]) },
                scores: ["miou_foreground", "iou:lesion & co"], bootstrap: Bootstrap(resamples: 50))
        let picture = picture(runCount: runCount)
        let browser = SliceBrowser(
            name: "slices-1", caption: "case <7>", classes: ScoredClasses(classNames), planeCount: 9,
            slices: (2...6).map { .init(number: $0, picture: picture) }, models: runs.map(\.name), first: 2)
        return RunReport(
            dataSet: "made <up>", part: .test, runs: runs, comparison: comparison, cases: [picture, picture, picture],
            browsers: [browser], commands: ["marginseg report runs/a > \"x\""], program: "marginseg test")
    }

    /// As a file holds it.
    private static func postProcessing() throws -> LearnedPostProcessing {
        let step = #"{"step": "remove_small", "of": [2], "below": 12.5, "unit": "mm3"}"#
        let text = """
            {"steps": [\(step)], "score": "iou", "tolerance": 0.001, "cases": 4, "groups": 2, "trials": [
              {"step": {"step": "fill_holes", "of": "foreground", "within": "planes"}, "before": 0.7, "after": 0.695, "improved": 1,
               "worsened": 2, "kept": false},
              {"step": \(step), "before": 0.7, "after": 0.7225, "improved": 3, "worsened": 0, "kept": true}]}
            """
        return try JSONDecoder().decode(LearnedPostProcessing.self, from: Data(text.utf8))
    }

    private static func run(
        number: Int, hasValidationLoss: Bool, predictsLesions: Bool, postProcessing: LearnedPostProcessing?
    ) throws -> RunReport.Run {
        RunReport.Run(
            name: "run \(number)", facts: [("network", "COPLE-Net <16>"), ("seed", "\(number)")],
            stages: ["cross_entropy", "margin(tau=10,nu=1)"].map { objective in
                RunReport.Stage(
                    name: "stage", objective: objective,
                    epochs: (1...4).map { epoch in
                        RunReport.Epoch(
                            trainingLoss: 1 / Double(epoch), validationLoss: hasValidationLoss ? 1.2 / Double(epoch) : nil,
                            trainingMIoU: nil, validationMIoU: 0.5 + 0.1 * Double(epoch), isBest: epoch < 4)
                    })
            },
            evaluation: evaluation(number: number, predictsLesions: predictsLesions), margins: try margins(number: number),
            postProcessing: postProcessing)
    }

    private static func evaluation(number: Int, predictsLesions: Bool) -> Evaluation {
        var store = ConfusionStore(classCount: 3)
        var calibration = Calibration(classCount: 3)
        for index in 0..<12 {
            let errors = (index * 7 + number * 3) % 11
            let lesion = index == 5 ? [0, 0, 0] : predictsLesions ? [0, errors, 20 - errors] : [0, 20, 0]
            let matrix = ConfusionMatrix(rows: [[900 - errors, errors, 0], [errors, 62 - errors, 0], lesion])
            store.append(group: "patient \(index / 2)", case: "case \(index)", image: "case \(index)/0", matrix: matrix)
        }
        calibration.add(
            probabilities: [[0.9, 0.2, 0.3], [0.05, 0.7, 0.3], [0.05, 0.1, 0.4]], truth: [0, 1, 1])
        return Evaluation(
            program: "test", subject: "run \(number)", reference: "test", classes: ScoredClasses(classNames),
            native: ResolutionScores(store, classes: ScoredClasses(classNames), bootstrap: Bootstrap(resamples: 50)),
            network: ResolutionScores(
                store, classes: ScoredClasses(classNames), bootstrap: Bootstrap(resamples: 50), calibration: calibration))
    }

    private static func margins(number: Int) throws -> RunReport.Margins {
        let offsets = try MarginOffsets(LabelDistribution(counts: [9000, 700, 200]))
        var bounds = EmpiricalMarginBounds(offsets: offsets)
        var margins = ClassMargins(classCount: 3)
        var generator = SeededGenerator(seed: UInt64(number + 1))
        let labels = (0..<3000).map { UInt8($0 % 3) }
        let scores = (0..<3).flatMap { k in
            labels.map { ($0 == UInt8(k) ? 2 : 0) + Float.random(in: -1.5...1.5, using: &generator) }
        }
        margins.add(scores: scores, labels: labels)
        try bounds.add(marginPlanes: MarginLoss.marginPlanes(ofScorePlanes: scores, classCount: 3), labels: labels)
        return .init(bounds: bounds, byClass: margins, offsetsFrom: "made up")
    }

    /// A disc on noise, and predictions that miss it by some pixels.
    private static func picture(runCount: Int) -> CasePicture {
        let (width, height) = (40, 30)
        func disc(_ x: Int, _ y: Int, _ radius: Int) -> [UInt8] {
            (0..<width * height).map { index in
                let (dx, dy) = (index % width - x, index / width - y)
                return dx * dx + dy * dy < radius * radius ? 2 : dx < -8 ? 1 : 0
            }
        }
        var generator = SeededGenerator(seed: 3)
        return CasePicture(
            id: "case <7>", note: "the worst of 12, foreground mIoU 41.0 %", width: width, height: height,
            planes: [(0..<width * height).map { _ in Float.random(in: -200...900, using: &generator) }], truth: disc(20, 15, 8),
            ignored: 255, predictions: (0..<runCount).map { disc(22 + $0, 15, 7) })
    }
}
