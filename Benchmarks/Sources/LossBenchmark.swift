import CKernels
import Foundation
import SegLosses
import Torch

/// Every objective, forward and backward, beside libtorch's cross-entropy, our composed form, and the memory's own speed.
///
/// libtorch's cross-entropy is timed first as its user gets it, with the allocator's defaults, which pay for new pages at every
/// step on large images; then everything as `marginseg` runs it, in a process that keeps freed memory, libtorch's
/// cross-entropy once more among them.
struct LossBenchmark {
    /// Seconds for each objective at each shape.
    let budget: Double
    let report: (String) -> Void

    func run() throws -> [BenchmarkRow] {
        report(
            "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(TorchLibrary.threadCount) threads, \(String(cString: ck_instruction_set())), libtorch \(TorchLibrary.version); float32, labels uint8; medians of interleaved rounds"
        )
        let memory = PeakMemory()
        let problems = try LossProblem.shapes.map(LossProblem.init)
        let stock = try problems.map { problem in
            let measured = try Measurement([.init(name: "stock", work: problem.stockCrossEntropy)], budget: budget)
            return measured.medians["stock"]!
        }
        TorchLibrary.keepFreedMemory()
        return try zip(problems, stock).flatMap { try rows($0, stock: $1, memory) }
    }

    private func rows(_ problem: LossProblem, stock: Double, _ memory: PeakMemory) throws -> [BenchmarkRow] {
        let gradient = try Tensor.empty(problem.shape)
        report("\n\(problem.title): stock cross-entropy with the allocator's defaults \(String(format: "%.3f", stock)) ms")
        report("objective                                   median ms  / stock CE  / CE, kept  / composed   / floor  peak MB")
        return try LossProblem.objectives.map { text in
            let loss = try problem.loss(text)
            let measured = try Measurement(
                [
                    .init(name: "ours") {
                        try problem.pass { try loss(logits: problem.logits, labels: problem.labels) }
                    },
                    .init(name: "stock_cross_entropy_kept", work: problem.stockCrossEntropy),
                    .init(name: "composed") {
                        try problem.pass { try loss.composed(logits: problem.logits, labels: problem.wideLabels) }
                    },
                    .init(name: "memory_floor") { memoryFloor(problem, gradient) },
                ], budget: budget)
            let ours = measured.medians["ours"]!
            var ratios = measured.medians.filter { $0.key != "ours" }.mapValues { ours / $0 }
            ratios["stock_cross_entropy"] = ours / stock
            let row = BenchmarkRow(
                name: text, shape: problem.shape, median_ms: ours, ratios: ratios,
                peak_megabytes: memory.megabytes(problem, text))
            report(line(row))
            return row
        }
    }

    private func memoryFloor(_ problem: LossProblem, _ gradient: Tensor) {
        let shape = problem.shape
        problem.logits.withUnsafeMutableAddress { logitAddress in
            problem.labels.withUnsafeMutableAddress { labelAddress in
                gradient.withUnsafeMutableAddress { gradientAddress in
                    var batch = ck_batch(
                        logits: logitAddress, gradient: gradientAddress, labels: labelAddress, float_type: CK_FLOAT32,
                        label_type: CK_LABEL_UINT8, channels_last: false, images: Int64(shape[0]), classes: Int64(shape[1]),
                        pixels: Int64(shape.dropFirst(2).reduce(1, *)), ignore: -1)
                    ck_memory_floor(&batch)
                }
            }
        }
    }

    private func line(_ row: BenchmarkRow) -> String {
        func cell(_ value: Double?, _ width: Int, _ format: String) -> String {
            let text = value.map { String(format: format, $0) } ?? "n/a"
            return String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return row.name.padding(toLength: 43, withPad: " ", startingAt: 0) + cell(row.median_ms, 10, "%.3f")
            + cell(row.ratios["stock_cross_entropy"], 12, "%.3f") + cell(row.ratios["stock_cross_entropy_kept"], 12, "%.3f")
            + cell(row.ratios["composed"], 12, "%.4f") + cell(row.ratios["memory_floor"], 10, "%.2f")
            + cell(row.peak_megabytes, 9, "%.1f")
    }
}
