import Foundation
import SegLosses
import Torch

/// Counting what logits predict against labels, beside libtorch's `argmax` followed by its `bincount`, as the program did it
/// before there was a kernel, and beside our composed form, which checks and masks the labels too.
struct ConfusionBenchmark {
    /// Seconds for each shape.
    let budget: Double
    let report: (String) -> Void

    func run() throws -> [BenchmarkRow] {
        report("\nArgmax and confusion counts; float32, labels uint8 (int64 for libtorch); medians of interleaved rounds")
        return try LossProblem.shapes.map { shape in
            let problem = try LossProblem(shape)
            let logits = problem.logits.detached()
            let medians = try Measurement(
                [
                    .init(name: "ours") { _ = try BatchConfusion(logits: logits, labels: problem.labels) },
                    .init(name: "stock_argmax_bincount") { try stock(logits, problem.wideLabels) },
                    .init(name: "composed") {
                        _ = try BatchConfusion.composed(logits: logits, labels: problem.wideLabels)
                    },
                ], budget: budget
            ).medians
            let ours = medians["ours"]!  // a contender of that name is there
            let others = medians.filter { $0.key != "ours" }
            let peers = others.sorted { $0.key < $1.key }
                .map { String(format: "%@ %.1f ms, %.0f times as long", $0.key, $0.value, $0.value / ours) }
            report("\(problem.title): \(String(format: "%.3f", ours)) ms; \(peers.joined(separator: "; "))")
            return BenchmarkRow(name: "confusion", shape: shape, median_ms: ours, ratios: others.mapValues { ours / $0 })
        }
    }

    private func stock(_ logits: Tensor, _ labels: Tensor) throws {
        let classes = logits.shape[1]
        let pairs = try labels * Tensor.scalar(Double(classes), dtype: .int64) + logits.argmax(1)
        _ = try pairs.reshaped([-1]).binCounts(classes * classes)
    }
}
