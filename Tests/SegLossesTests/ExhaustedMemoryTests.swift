import CKernels
import SegLosses
import Testing
import Torch
import TorchTestSupport

/// A kernel that cannot have memory is an error that says for what and how much; with memory the next call is right again.
///
/// The limit belongs to the process, so each test has one of its own.
struct ExhaustedMemoryTests {
    /// Bytes in one piece: some stop a kernel at once, some at its larger pieces, on whichever thread asks for them.
    static let limits: [Int64] = [0, 1 << 7, 1 << 10, 1 << 13, 1 << 15, 1 << 17]

    /// Expects the right values or the right error under every limit, and an error under the smallest.
    static func check(_ name: String, _ run: () throws -> [UInt8]) throws {
        let expected = try run()
        for limit in limits {
            ck_limit_memory(limit)
            defer { ck_limit_memory(-1) }
            do {
                let found = try run()
                #expect(limit > 0 && found == expected, "\(name), \(limit) bytes")
            } catch let error as TorchError {
                #expect(error.kind == .outOfMemory, "\(name), \(limit) bytes: \(error)")
                let words = "MB of memory could not be allocated; take smaller batches, smaller planes or a narrower network"
                #expect(error.description.hasSuffix(words), "\(name): \(error)")
            }
        }
        #expect(try run() == expected, "\(name), without a limit")
    }

    @Test func objectives() async {
        await #expect(processExitsWith: .success) {
            try TorchLibrary.setThreadCount(2)
            let problem = LossProblem(shape: [2, 3, 110, 90])
            let rows = [
                LossRow.all[0], LossRow.regions[0], LossRow.regions[7], LossRow.regions[8], LossRow.regions[9], LossRow.means[0],
                LossRow.sums[0], LossRow.bounds[0],
            ]
            for row in rows {
                let loss = try row.loss(classes: problem.classCount)
                for dtype in [DType.float32, .bfloat16] {
                    let logits = try problem.logits(dtype: .float32).to(dtype)
                    let labels = try problem.labels().to(.uint8)
                    try ExhaustedMemoryTests.check("\(row.name), \(dtype)") {
                        let leaf = try logits.clone()
                        try leaf.setRequiresGradient()
                        let value = try #require(try loss.fused(logits: leaf, labels: labels))
                        try value.backward()
                        return try value.bytes() + (leaf.gradient?.bytes() ?? [])
                    }
                }
            }
        }
    }

    @Test func predictions() async {
        await #expect(processExitsWith: .success) {
            let problem = LossProblem(shape: [2, 3, 110, 90])
            let (logits, labels) = try (problem.logits(dtype: .float32), problem.labels().to(.uint8))
            try ExhaustedMemoryTests.check("counts") {
                try BatchConfusion(logits: logits, labels: labels).images.joined().joined().map { UInt8(truncatingIfNeeded: $0) }
            }
            try ExhaustedMemoryTests.check("classes") { try logits.largestClass().bytes() }
        }
    }
}
