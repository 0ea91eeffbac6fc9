import CKernels
import SegLosses
import Testing
import Torch
import TorchTestSupport

/// The fused kernels against the composed form in double precision: every objective, layout, dtype and instruction set.
///
/// One test at a time: one of them changes the process's instruction set, another its number of threads.
@Suite(.serialized) struct FusedLossTests {
    /// How the tensors lie in memory.
    enum Layout: String, CaseIterable, Sendable {
        case plain, channelsLast, longLabels, bfloat16
    }

    static let rows = LossRow.all + LossRow.objectives + LossRow.sums

    static let problems = [
        LossProblem(shape: [2, 3, 37, 41], ignoreLabel: 255), LossProblem(shape: [3, 2, 9, 16]),
        LossProblem(shape: [1, 5, 6, 7, 8], ignoreLabel: 200), LossProblem(shape: [2, 4, 100, 90]),
        LossProblem(shape: [2, 8, 11, 13], ignoreLabel: 255),
    ]

    @Test(arguments: rows, problems)
    func valueAndGradientAreTheComposedOnes(_ row: LossRow, _ problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
        for layout in Layout.allCases {
            let (logits, labels) = try Self.tensors(problem, layout)
            try logits.setRequiresGradient()
            let fused = try #require(try loss.fused(logits: logits, labels: labels), "\(layout)")
            try fused.backward()
            let gradient = try #require(logits.gradient)
            #expect(gradient.dtype == logits.dtype)

            let exact = try logits.detached().to(.float64).contiguous()
            try exact.setRequiresGradient()
            let composed = try loss.composed(logits: exact, labels: labels.to(.int64))
            try composed.backward()
            let expected = try #require(exact.gradient)
            let valueDifference = abs(try fused.item() - composed.item())
            #expect(valueDifference <= 1e-5 * abs(try composed.item()), "\(layout)")
            if layout == .bfloat16 || row.name.hasPrefix("lovasz") {
                // bfloat16 keeps 8 bits of each derivative and makes equal scores of different ones; Lovász-softmax sorts errors
                // that single precision exchanges. Then single pixels differ, and the whole does not.
                let total = try expected.abs().sum().item()
                let difference = try (gradient.to(.float64) - expected).abs().sum().item()
                #expect(difference <= total * (layout == .bfloat16 ? 0.02 : 2e-3), "\(layout): \(difference / total)")
            } else {
                let tolerance = try expected.abs().max().item() * 2e-5
                let difference = try gradient.largestDifference(to: expected)
                #expect(difference <= tolerance, "\(layout): \(difference / tolerance) × the tolerance")
            }
        }
    }

    @Test func instructionSetsAgree() throws {
        let best = String(cString: ck_instruction_set())
        defer { ck_use_instruction_set(best) }
        let problem = Self.problems[0]
        for row in Self.rows {
            let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
            var results: [(set: String, value: Double, gradient: Tensor)] = []
            for set in ["portable", "avx2", "avx512"] where ck_use_instruction_set(set) {
                let (logits, labels) = try Self.tensors(problem, .plain)
                try logits.setRequiresGradient()
                let value = try #require(try loss.fused(logits: logits, labels: labels))
                try value.backward()
                results.append((set, try value.item(), try #require(logits.gradient)))
            }
            #expect(results.count >= 1)
            for result in results.dropFirst() {
                #expect(abs(result.value - results[0].value) <= 1e-6 * abs(results[0].value), "\(row.name), \(result.set)")
                let expected = results[0].gradient
                if row.name.hasPrefix("lovasz") {
                    // Errors that differ in the last bit change places: then single pixels differ, and the whole does not.
                    let difference = try (result.gradient - expected).abs().sum().item() / expected.abs().sum().item()
                    #expect(difference <= 2e-3, "\(row.name), \(result.set): \(difference)")
                    continue
                }
                let tolerance = try expected.abs().max().item() * 1e-5
                #expect(try result.gradient.largestDifference(to: expected) <= tolerance, "\(row.name), \(result.set)")
            }
        }
    }

    @Test func theNumberOfThreadsChangesNoBit() throws {
        let threads = TorchLibrary.threadCount
        let problem = Self.problems[3]
        for row in Self.rows {
            let loss = try row.loss(classes: problem.classCount)
            let results = try [1, 2, 3].map { count in
                try TorchLibrary.setThreadCount(count)
                let (logits, labels) = try Self.tensors(problem, .plain)
                try logits.setRequiresGradient()
                let value = try #require(try loss.fused(logits: logits, labels: labels))
                try value.backward()
                return try (value.item(), logits.gradient?.bytes())
            }
            try TorchLibrary.setThreadCount(threads)
            #expect(results.allSatisfy { $0 == results[0] }, "\(row.name)")
        }
    }

    @Test func anUpstreamFactorReachesTheGradient() throws {
        let (logits, labels) = try Self.tensors(Self.problems[1], .plain)
        let loss = CrossEntropyLoss()
        let gradients = try [1.0, -2.5].map { factor in
            let leaf = try logits.clone()
            try leaf.setRequiresGradient()
            try (loss(logits: leaf, labels: labels) * factor).backward()
            return try #require(leaf.gradient)
        }
        #expect(try gradients[1].largestDifference(to: gradients[0] * -2.5) <= 1e-7)
    }

    @Test func scoresThatAreIgnoredDoNoHarm() throws {
        let problem = Self.problems[0]
        for row in Self.rows {
            let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
            let (logits, labels) = try Self.tensors(problem, .plain)
            let isIgnored = try labels.equal(255).unsqueezed(1)
            let spoilt = try logits.masked(where: isIgnored, with: .nan)
            try spoilt.setRequiresGradient()
            let value = try loss(logits: spoilt, labels: labels)
            try value.backward()
            let found = try value.item()
            let expected = try loss(logits: logits, labels: labels).item()
            #expect(found == expected, "\(row.name)")
            let gradient = try #require(spoilt.gradient)
            #expect(try gradient.isFinite().logicalNot().sum().itemAsInt() == 0, "\(row.name)")
        }
    }

    /// Training stops at a loss that is not finite, so no kernel may hide one.
    @Test(arguments: [Double.nan, .infinity])
    func aScoreThatIsNotFiniteShows(_ score: Double) throws {
        let problem = Self.problems[1]
        for row in Self.rows {
            let loss = try row.loss(classes: problem.classCount)
            let (logits, labels) = try Self.tensors(problem, .plain)
            let isSpoilt = try Tensor.range(logits.count).reshaped(logits.shape).equal(100)
            let spoilt = try logits.masked(where: isSpoilt, with: score)
            let value = try #require(try loss.fused(logits: spoilt, labels: labels)).item()
            #expect(!value.isFinite, "\(row.name): \(value)")
        }
    }

    /// Whatever a kernel cannot take is left to the composed form, which says why if it cannot either.
    @Test func otherTensorsAreLeftToTheComposedForm() throws {
        let (logits, labels) = try Self.tensors(Self.problems[1], .plain)
        let loss = CrossEntropyLoss()
        #expect(try loss.fused(logits: logits.to(.float64), labels: labels) == nil)
        #expect(try loss.fused(logits: logits, labels: labels.to(.int32)) == nil)
        #expect(try loss.fused(logits: logits, labels: labels + 1) == nil)
        #expect(try loss.fused(logits: logits, labels: labels.narrowed(0, 0..<1)) == nil)
    }

    /// 256 is 0 in a byte, but no byte is 256.
    @Test func anIgnoredLabelThatBytesCannotHoldIsNowhere() throws {
        let (logits, labels) = try Self.tensors(Self.problems[1], .plain)
        let value = try CrossEntropyLoss(ignoreLabel: 256).fused(logits: logits, labels: labels)?.item()
        #expect(try value == CrossEntropyLoss().fused(logits: logits, labels: labels)?.item())
    }

    private static func tensors(_ problem: LossProblem, _ layout: Layout) throws -> (logits: Tensor, labels: Tensor) {
        let logits = try problem.logits(dtype: .float32) * 3
        let labels = try problem.labels()
        return switch layout {
        case .plain: (logits, try labels.to(.uint8))
        case .channelsLast: (try logits.contiguous(logits.rank == 5 ? .channelsLast3D : .channelsLast), try labels.to(.uint8))
        case .longLabels: (logits, labels)
        case .bfloat16: (try logits.to(.bfloat16), try labels.to(.uint8))
        }
    }
}
