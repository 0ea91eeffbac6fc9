import CKernels
import Foundation
import MarginCalibration
import SegLosses
import Torch

/// Every objective, forward and backward, beside libtorch's cross-entropy, our composed form, and the memory's own speed.
struct LossBenchmark {
    static let shapes = [[4, 2, 224, 336], [6, 5, 224, 336], [6, 5, 768, 768], [1, 5, 128, 128, 128]]

    static let objectives = [
        "margin(form=paper)", "margin(form=authors)", "cross_entropy", "focal(gamma=2)", "dice(form=soft)",
        "dice(form=generalized)", "tversky(fp=0.3,fn=0.7)", "jaccard()", "nr_dice(gamma=1.5)", "lovasz(per_image=false)",
        "margin(form=paper)+tversky(fp=0.3,fn=0.7)",
    ]

    /// Seconds for each objective at each shape.
    let budget: Double
    let report: (String) -> Void

    func run() throws -> [BenchmarkRow] {
        report(
            "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(TorchLibrary.threadCount) threads, \(String(cString: ck_instruction_set())), libtorch \(TorchLibrary.version); float32, labels uint8; medians of interleaved rounds"
        )
        return try Self.shapes.flatMap(rows)
    }

    private func rows(_ shape: [Int]) throws -> [BenchmarkRow] {
        let generator = try Generator(seed: 1)
        let logits = try Tensor.empty(shape)
        try logits.normalInPlace(deviation: 3, generator)
        try logits.setRequiresGradient()
        let uniform = try Tensor.empty([shape[0]] + shape.dropFirst(2))
        try uniform.uniformInPlace(0, Double(shape[1]), generator)
        let labels = try uniform.floor().to(.uint8)
        let wideLabels = try labels.to(.int64)
        let counts: [Int64] = try (0..<shape[1]).map { Int64(try labels.equal(Double($0)).sum().itemAsInt()) }
        let context = LossContext(
            classNames: (0..<shape[1]).map { "\($0)" }, distribution: try LabelDistribution(counts: counts.map(Int.init)),
            ignoreLabel: nil)
        let gradient = try Tensor.empty(shape)

        report("\n\(shape.map(String.init).joined(separator: "×"))")
        report(
            "objective                                   median ms   / stock CE   / composed   / floor"
        )
        return try Self.objectives.map { text in
            let loss = try LossExpression(text).makeLoss(context)
            func pass(_ value: () throws -> Tensor) throws {
                try logits.setGradient(nil)
                try value().backward()
            }
            let measured = try Measurement(
                [
                    .init(name: "ours") { try pass { try loss(logits: logits, labels: labels) } },
                    .init(name: "stock_cross_entropy") { try pass { try logits.crossEntropy(labels: wideLabels) } },
                    .init(name: "composed") { try pass { try loss.composed(logits: logits, labels: wideLabels) } },
                    .init(name: "memory_floor") { try memoryFloor(logits, labels, gradient) },
                ], budget: budget)
            let row = BenchmarkRow(
                name: text, shape: shape, median_ms: measured.medians["ours"]!,
                ratios: measured.medians.filter { $0.key != "ours" }.mapValues { measured.medians["ours"]! / $0 })
            report(line(row))
            return row
        }
    }

    private func memoryFloor(_ logits: Tensor, _ labels: Tensor, _ gradient: Tensor) throws {
        let shape = logits.shape
        logits.withUnsafeMutableAddress { logitAddress in
            labels.withUnsafeMutableAddress { labelAddress in
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
            + cell(row.ratios["stock_cross_entropy"], 13, "%.3f") + cell(row.ratios["composed"], 13, "%.4f")
            + cell(row.ratios["memory_floor"], 10, "%.2f")
    }
}
