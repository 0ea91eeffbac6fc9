import CKernels
import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

/// The kernel's counts against the composed ones, which are counted by libtorch, and both by hand.
///
/// One test at a time: one of them changes the process's instruction set, another its number of threads.
@Suite(.serialized) struct BatchConfusionTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        /// For each class a score of each pixel, image by image.
        let scores: [[[Double]]]
        let labels: [[Int64]]
        var ignoreLabel: Int?
        /// For each image a row for each true class.
        let expected: [[[Int]]]
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "a row is a truth", scores: [[[1, 0, 0, 5], [0, 1, 1, 0]]], labels: [[0, 0, 1, 1]],
            expected: [[[1, 1], [1, 1]]]),
        Row(
            name: "the first of equals", scores: [[[2, 1, 0], [2, 3, 1], [2, 3, 1]]], labels: [[2, 2, 2]],
            expected: [[[0, 0, 0], [0, 0, 0], [1, 2, 0]]]),
        Row(
            name: "NaN is largest, the first of two", scores: [[[9, .nan, .infinity], [.nan, 1, .nan], [0, .nan, 0]]],
            labels: [[0, 1, 2]], expected: [[[0, 1, 0], [1, 0, 0], [0, 1, 0]]]),
        Row(
            name: "ignored pixels", scores: [[[1, .nan, 0], [0, 0, 1]]], labels: [[0, 255, 0]], ignoreLabel: 255,
            expected: [[[1, 1], [0, 0]]]),
        Row(
            name: "a class may be ignored", scores: [[[1, 0], [0, 1]]], labels: [[0, 1]], ignoreLabel: 0,
            expected: [[[0, 0], [0, 1]]]),
        Row(
            name: "image by image", scores: [[[1, 1], [0, 0]], [[0, 0], [1, 1]]], labels: [[0, 1], [0, 1]],
            expected: [[[1, 0], [1, 0]], [[0, 1], [0, 1]]]),
    ]

    @Test(arguments: rows, [DType.float32, .bfloat16, .float64])
    func byHand(_ row: Row, _ dtype: DType) throws {
        let shape = [row.scores.count, row.scores[0].count, row.labels[0].count]
        let logits = try Tensor(row.scores.flatMap { $0.flatMap { $0 } }, shape: shape).to(dtype)
        let labels = try Tensor(row.labels.flatMap { $0 }, shape: [shape[0], shape[2]])
        let found = try BatchConfusion(logits: logits, labels: labels, ignoreLabel: row.ignoreLabel)
        #expect(found.images == row.expected)
        let composed = try BatchConfusion.composed(logits: logits, labels: labels, ignoreLabel: row.ignoreLabel)
        #expect(composed.images == row.expected)
    }

    @Test(arguments: [
        LossProblem(shape: [2, 3, 37, 41], ignoreLabel: 255), LossProblem(shape: [3, 2, 9, 16]),
        LossProblem(shape: [1, 5, 6, 7, 8], ignoreLabel: 200), LossProblem(shape: [2, 4, 100, 90]),
        LossProblem(shape: [2, 20, 11, 13], ignoreLabel: 3), LossProblem(shape: [1, 2, 1]),
    ])
    func countsAreTheComposedOnes(_ problem: LossProblem) throws {
        // Whole numbers, so that many are equal.
        let scores = try (problem.logits(dtype: .float32) * 2).floor()
        let labels = try problem.labels()
        let expected = try BatchConfusion.composed(logits: scores, labels: labels, ignoreLabel: problem.ignoreLabel)
        let classes = try scores.argmax(1).to(.uint8).bytes()
        let best = String(cString: ck_instruction_set())
        defer { ck_use_instruction_set(best) }
        for set in ["portable", "avx2", "avx512"] where ck_use_instruction_set(set) {
            var layouts = [scores, try scores.to(.bfloat16)]
            if scores.rank > 3 { layouts.append(try scores.contiguous(scores.rank == 5 ? .channelsLast3D : .channelsLast)) }
            for logits in layouts {
                #expect(try logits.largestClass().bytes() == classes, "\(set), \(logits.dtype), \(logits.strides)")
                for labels in [labels, try labels.to(.uint8)] {
                    let found = try BatchConfusion(logits: logits, labels: labels, ignoreLabel: problem.ignoreLabel)
                    #expect(found == expected, "\(set), \(logits.dtype), \(labels.dtype), \(logits.strides)")
                }
            }
        }
    }

    @Test func theNumberOfThreadsDoesNotMatter() throws {
        let threads = TorchLibrary.threadCount
        let problem = LossProblem(shape: [2, 4, 100, 190])
        let results = try [1, 2, 3].map { count in
            try TorchLibrary.setThreadCount(count)
            return try BatchConfusion(logits: problem.logits(dtype: .float32), labels: problem.labels())
        }
        try TorchLibrary.setThreadCount(threads)
        #expect(results.allSatisfy { $0 == results[0] })
    }

    /// Logits of a training step are in a graph, and stay there alone.
    @Test func logitsMayBeInAGraph() throws {
        let problem = LossProblem.all[0]
        for dtype in [DType.float32, .float64] {
            let logits = try problem.logits(dtype: dtype)
            let expected = try BatchConfusion(logits: logits, labels: problem.labels())
            try logits.setRequiresGradient()
            #expect(try BatchConfusion(logits: logits, labels: problem.labels()) == expected)
            #expect(logits.gradient == nil)
        }
    }

    @Test func misuse() throws {
        let logits = try Tensor.zeros([1, 3, 3, 2])
        let rows: [(Tensor, String)] = try [
            (
                Tensor([0, 1, 2, 3, 0, 5] as [Int64], shape: [1, 3, 2]),
                "2 labels lie outside the classes 0 to 2, first 3 at [0, 1, 1]; map or ignore them"
            ),
            (
                Tensor([0, -1, 2, 0, 0, 0] as [Int64], shape: [1, 3, 2]),
                "1 labels lie outside the classes 0 to 2, first -1 at [0, 0, 1]; map or ignore them"
            ),
            (
                Tensor.zeros([1, 3], dtype: .uint8),
                "logits of shape [1, 3, 3, 2] and labels of shape [1, 3] do not fit: expected [B, C, …] and [B, …]"
            ),
            (Tensor.zeros([1, 3, 2]), "labels must be whole numbers (int64 or uint8), found float32"),
        ]
        for (labels, expected) in rows {
            #expect(messageThrown { _ = try BatchConfusion(logits: logits, labels: labels) } == expected)
        }
    }
}
