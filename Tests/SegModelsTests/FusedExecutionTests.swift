import CKernels
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// The CPU kernels against the composed modules in double precision: values and all gradients, for every instruction set.
///
/// Choosing an instruction set is a matter of the process, so each test has one of its own.
struct FusedExecutionTests {
    /// Runs `body` for each instruction set that the machine has.
    static func forInstructionSets(_ body: (String) throws -> Void) rethrows {
        for set in ["portable", "avx2", "avx512", "avx512_bf16"] where ck_use_network_instruction_set(set) { try body(set) }
    }

    static func expectSmall(_ differences: [(name: String, share: Double)], _ row: String) {
        for difference in differences {
            #expect(difference.share <= 2e-5, "\(row), \(difference.name): \(difference.share)")
        }
    }

    @Test func blocks() async {
        await #expect(processExitsWith: .success) {
            // Odd sizes, so that tiles hang over; few inputs, as many, fewer, more than outputs.
            let rows = [
                (1, 16, [2, 9, 14]), (3, 16, [1, 5, 4]), (16, 32, [2, 7, 6]), (32, 32, [1, 13, 10]), (48, 16, [1, 4, 9]),
                (64, 64, [2, 5, 7]), (128, 64, [1, 6, 5]), (64, 128, [1, 6, 5]),
            ]
            try FusedExecutionTests.forInstructionSets { set in
                for (inputs, outputs, size) in rows {
                    for excites in [false, true] {
                        let twin = try FusedTwin {
                            try ConvolutionBlock(
                                inputs, outputs, kernel: [3, 3], .group, squeezesAndExcites: excites,
                                addsInput: inputs == outputs, Generator(seed: 1))
                        }
                        let images = try Tensor.random([size[0], inputs, size[1], size[2]], seed: 5)
                        let differences = try twin.differences([images], constants: inputs < 16 ? 1 : 0) { block, x, pass in
                            #expect(!pass.isFused || FusedBlock(block.convConv, addsInput: block.addsInput) != nil)
                            return try block(x[0], pass)
                        }
                        FusedExecutionTests.expectSmall(
                            differences, "\(set), \(inputs) → \(outputs), \(size), excites: \(excites)")
                    }
                }
            }
        }
    }

    @Test func bridgesJoinsPoolsAndScores() async {
        await #expect(processExitsWith: .success) {
            try FusedExecutionTests.forInstructionSets { set in
                for channels in [16, 32, 48] {
                    let bridge = try FusedTwin { try Bridge(.plain(channels), .group, Generator(seed: 1)) }
                    let images = try Tensor.random([2, channels, 7, 9], seed: 5)
                    FusedExecutionTests.expectSmall(
                        try bridge.differences([images]) { try $0($1[0], $2) }, "\(set), bridge \(channels)")

                    for (low, high) in [([3, 4], [6, 8]), ([5, 3], [10, 6]), ([1, 2], [2, 4])] {
                        let convolution = try FusedTwin {
                            try Convolution(channels, channels / 2, kernel: [1, 1], Generator(seed: 1))
                        }
                        let inputs = try [
                            Tensor.random([2, channels] + low, seed: 6), Tensor.random([2, channels / 2] + high, seed: 7),
                        ]
                        let differences = try convolution.differences(inputs) { layer, x, pass in
                            try layer.joined(x[0], skip: x[1], pass)
                        }
                        FusedExecutionTests.expectSmall(differences, "\(set), join \(channels), \(low)")
                    }
                }
                for (channels, classes) in [(16, 1), (16, 2), (32, 5)] {
                    let last = try FusedTwin { try Convolution(channels, classes, kernel: [3, 3], Generator(seed: 1)) }
                    let images = try Tensor.random([2, channels, 9, 19], seed: 5)
                    let differences = try last.differences([images]) { try $0.scores($1[0], $2) }
                    FusedExecutionTests.expectSmall(differences, "\(set), scores \(channels) → \(classes)")
                }
            }
        }
    }

    /// Equal values share a maximum; its gradient goes to the first, as in libtorch.
    @Test(arguments: [8, 16, 24], [false, true])
    func pooling(channels: Int, means: Bool) throws {
        let values = try (Tensor.random([2, channels, 6, 10], seed: 5) * 1.5).floor()
        func pass(_ pool: (Tensor) throws -> Tensor) throws -> (Tensor, Tensor) {
            let leaf = try values.to(.float32)
            try leaf.setRequiresGradient()
            let output = try pool(leaf)
            try (output * Tensor.random(output.shape, seed: 6).to(.float32)).sum().backward()
            return (output, try #require(leaf.gradient))
        }
        let fused = try pass { try FusedPooling.pool($0, means: means) }
        let composed = try pass {
            try means ? .concatenated([$0.maxPooled([2, 2]), $0.averagePooled([2, 2])], 1) : $0.maxPooled([2, 2])
        }
        #expect(try fused.0.largestDifference(to: composed.0) < 1e-6)
        #expect(try fused.1.largestDifference(to: composed.1) < 1e-6)
    }

    // MARK: Finite differences

    /// Along random directions of inputs and parameters together, from the kernels' own values.
    @Test func gradientsAreTheSlopesOfTheValues() throws {
        let group = NetworkConfiguration.Normalization.group
        func generator() throws -> Generator { try Generator(seed: 1) }
        let (x, low) = try (random([2, 16, 10, 14], seed: 1), random([2, 16, 5, 7], seed: 2))
        let pass = ForwardPass(.evaluation, .fused, of: x)
        let block = try ConvolutionBlock(
            16, 16, kernel: [3, 3], group, squeezesAndExcites: true, addsInput: true, generator())
        try expectSlopes("block", [x], block.parameters) { try block($0[0], pass) }
        let first = try ConvolutionBlock(3, 16, kernel: [3, 3], group, squeezesAndExcites: false, generator())
        let image = try random([2, 3, 10, 14], seed: 3)
        try expectSlopes("first block", [], first.parameters) { _ in try first(image, pass) }
        let bridge = try Bridge(.plain(16), group, generator())
        try expectSlopes("bridge", [x], bridge.parameters) { try bridge($0[0], pass) }
        let mixing = try Convolution(16, 16, kernel: [1, 1], generator())
        try expectSlopes("join", [low, x], mixing.parameters) { try mixing.joined($0[0], skip: $0[1], pass) }
        try expectSlopes("pooling", [x], []) { try FusedPooling.pool($0[0], means: true) }
        let scores = try Convolution(16, 3, kernel: [3, 3], generator())
        try expectSlopes("scores", [x], scores.parameters) { try scores.scores($0[0], pass) }
    }

    private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
        try Tensor.random(shape, seed: seed, dtype: .float32)
    }

    private func expectSlopes(
        _ name: String, _ inputs: [Tensor], _ parameters: [Tensor], _ run: ([Tensor]) throws -> Tensor
    ) throws {
        let inputs = try inputs.map { try $0.clone() }
        for input in inputs { try input.setRequiresGradient() }
        let variables = inputs + parameters
        func value() throws -> Tensor {
            let output = try run(inputs).to(.float64)
            return try (output * Tensor.random(output.shape, seed: 77).to(.float64)).sum()
        }
        try value().backward()
        let gradients = try variables.map { try #require($0.gradient).to(.float64) }
        let directions = try variables.enumerated().map { try random($1.shape, seed: 100 + UInt64($0)) }
        let slope = try zip(gradients, directions).map { try ($0 * $1.to(.float64)).sum().item() }.reduce(0, +)
        let step = 1e-5  // on a longer way too many activations cross their kink
        func moved(_ distance: Double) throws -> Double {
            try withoutGradient {
                let kept = try variables.map { try $0.detached().clone() }
                for (variable, (start, direction)) in zip(variables, zip(kept, directions)) {
                    try variable.copyInPlace(from: start + direction * distance)
                }
                let found = try value().item()
                for (variable, start) in zip(variables, kept) { try variable.copyInPlace(from: start) }
                return found
            }
        }
        let difference = try (moved(step) - moved(-step)) / (2 * step)
        // A direction's slope is of the size of the gradient's norm; kinks and float32 leave a hundredth of it.
        let norm = try Tensor.totalNorm(gradients).item()
        #expect(
            abs(difference - slope) < 1e-2 * norm, "\(name): \(difference) by differences, \(slope) by gradient, norm \(norm)")
    }

    /// One process, so that nobody else sets the number of threads meanwhile.
    @Test func theNumberOfThreadsChangesNoBit() async {
        await #expect(processExitsWith: .success) {
            let images = try Tensor.random([2, 16, 37, 41], seed: 5, dtype: .float32)
            let results = try [1, 2, 3].map { threads in
                try TorchLibrary.setThreadCount(threads)
                let block = try ConvolutionBlock(
                    16, 16, kernel: [3, 3], dropout: 0.5, .group, squeezesAndExcites: true, addsInput: true, Generator(seed: 1))
                let output = try block(images, ForwardPass(.training(Generator(seed: 2)), .fused, of: images))
                try (output * output).sum().backward()
                return try [output.bytes()] + block.parameters.map { try $0.gradient?.bytes() ?? [] }
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }
    }
}
