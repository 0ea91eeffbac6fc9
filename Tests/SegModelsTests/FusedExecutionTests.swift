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
        for set in ["portable", "avx2", "avx512"] where ck_use_network_instruction_set(set) { try body(set) }
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
                        let twin = try FusedTwin { execution in
                            try ConvolutionBlock(
                                inputs, outputs, dropout: 0, .group, squeezesAndExcites: excites, addsInput: inputs == outputs,
                                execution: execution, Generator(seed: 1))
                        }
                        let images = try Tensor.random([size[0], inputs, size[1], size[2]], seed: 5)
                        let differences = try twin.differences([images], constants: inputs < 16 ? 1 : 0) { block, x in
                            #expect(block.execution == .composed || FusedBlock(block) != nil)
                            return try block(x[0], .evaluation)
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
                    let bridge = try FusedTwin { try Bridge(channels, .group, execution: $0, Generator(seed: 1)) }
                    let images = try Tensor.random([2, channels, 7, 9], seed: 5)
                    FusedExecutionTests.expectSmall(
                        try bridge.differences([images]) { try $0($1[0], .evaluation) }, "\(set), bridge \(channels)")

                    for (low, high) in [([3, 4], [6, 8]), ([5, 3], [10, 6]), ([1, 2], [2, 4])] {
                        let convolution = try FusedTwin { _ in
                            try Conv2d(channels, channels / 2, kernel: 1, Generator(seed: 1))
                        }
                        let inputs = try [
                            Tensor.random([2, channels] + low, seed: 6), Tensor.random([2, channels / 2] + high, seed: 7),
                        ]
                        let differences = try convolution.differences(inputs) { layer, x in
                            try layer.joined(x[0], skip: x[1], .evaluation, .fused)
                        }
                        FusedExecutionTests.expectSmall(differences, "\(set), join \(channels), \(low)")
                    }
                }
                for (channels, classes) in [(16, 1), (16, 2), (32, 5)] {
                    let last = try FusedTwin { _ in try Conv2d(channels, classes, kernel: 3, Generator(seed: 1)) }
                    let images = try Tensor.random([2, channels, 9, 19], seed: 5)
                    let differences = try last.differences([images]) { try $0.scores($1[0], .evaluation, .fused) }
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
        let composed = try pass { try means ? .concatenated([$0.maxPooled(2), $0.averagePooled(2)], 1) : $0.maxPooled(2) }
        #expect(try fused.0.largestDifference(to: composed.0) < 1e-6)
        #expect(try fused.1.largestDifference(to: composed.1) < 1e-6)
    }

    // MARK: Dropout

    /// A norm that gives 1 everywhere shows the mask.
    @Test func dropoutKeepsTheMeanAndDrawsAnewEachTime() throws {
        let ones = try PixelImages(.ones([2, 16, 32, 32]))
        let norm = try GroupNorm(groups: 4, channels: 16)
        try withoutGradient {
            try norm.weight.tensor.fillInPlace(0)
            try norm.bias.tensor.fillInPlace(1)
        }
        func mask(_ probability: Double, seed: UInt32) throws -> (activation: FusedActivation, values: Tensor) {
            let activation = try FusedActivation(norm, slope: 0.01, on: ones, dropout: probability, seed: seed)
            return try (activation, activation().tensor)
        }
        for probability in [0.1, 0.3, 0.5] {
            let values = try mask(probability, seed: 1).values
            let kept: [Float] = try values.elements()
            #expect(kept.allSatisfy { $0 == 0 || abs($0 - Float(1 / (1 - probability))) < 1e-6 })
            // 32768 draws: five deviations.
            let share = Double(kept.count { $0 == 0 }) / Double(kept.count)
            #expect(abs(share - probability) < 5 * (probability * (1 - probability) / 32768).squareRoot())
            #expect(try mask(probability, seed: 1).values.bytes() == values.bytes())
        }
        // Independent of the seed's neighbours: at ½ half of the elements agree.
        let (one, other) = try (mask(0.5, seed: 1).values, mask(0.5, seed: 2).values)
        let agreeing = try one.equal(other).to(.float32).mean().item()
        #expect(abs(agreeing - 0.5) < 5 * (0.25 / 32768).squareRoot())
    }

    /// The gradient passes where forward did: the norm's shift gathers Σ incoming·mask.
    @Test func dropoutsGradientHasTheSameMask() throws {
        let images = try PixelImages(Tensor.random([2, 16, 8, 8], seed: 3, dtype: .float32))
        let norm = try GroupNorm(groups: 4, channels: 16)
        try withoutGradient { try norm.bias.tensor.fillInPlace(20) }  // every u is positive
        let activation = try FusedActivation(norm, slope: 0.01, on: images, dropout: 0.4, seed: 5)
        let incoming = try PixelImages(Tensor.random([2, 16, 8, 8], seed: 4, dtype: .float32))
        let mask = try activation().tensor.greater(0).to(.float32) * (1 / 0.6)
        let expected = try (incoming.tensor * mask).sum([0, 2, 3])
        #expect(try activation.backward(incoming).bias.largestDifference(to: expected) < 1e-4)
    }

    // MARK: Whole networks

    @Test(arguments: NetworkConfiguration.Architecture.allCases, [1, 3])
    func networksAgree(architecture: NetworkConfiguration.Architecture, channels: Int) throws {
        let configuration = NetworkConfiguration(architecture: architecture)
        let images = try Tensor.random([2, channels, 32, 48], seed: 5, dtype: .float32)
        let results = try Execution.allCases.map { execution in
            let network = try configuration.makeNetwork(
                channels: channels, classes: 3, execution: execution, generator: Generator(seed: 1))
            let output = try network(images, .evaluation)
            try output.crossEntropy(labels: .zeros([2, 32, 48], dtype: .int64)).backward()
            return (output, network)
        }
        #expect(try results[0].0.largestDifference(to: results[1].0) < 1e-4)
        for (one, other) in zip(results[0].1.namedState(), results[1].1.namedState()) {
            let (fused, composed) = try (#require(one.tensor.gradient), #require(other.tensor.gradient))
            // A value within rounding of 0 may take the other slope, and of its neighbour the other place in a pooling.
            let tolerance = try 1e-5 + 2e-2 * Tensor.totalNorm([composed]).item()
            #expect(try Tensor.totalNorm([fused - composed]).item() < tolerance, "\(one.name)")
        }
    }

    /// Weights may lie channels-last too: libtorch likes them so.
    @Test(arguments: NetworkConfiguration.Architecture.allCases)
    func theLayoutOfTheWeightsDoesNotMatter(architecture: NetworkConfiguration.Architecture) throws {
        let images = try Tensor.random([1, 3, 32, 16], seed: 5, dtype: .float32)
        let results = try [MemoryFormat.contiguous, .channelsLast].map { format in
            // But for the ASPP's convolutions, every part is a kernel's, and the bits are the same.
            let network = try NetworkConfiguration(architecture: architecture).makeNetwork(
                channels: 3, classes: 2, generator: Generator(seed: 1))
            for entry in network.namedState() where entry.tensor.rank == 4 && !entry.name.hasPrefix("aspp") {
                try entry.tensor.setDataInPlace(entry.tensor.detached().contiguous(format))
            }
            let output = try network(images, .evaluation)
            try (output * output).sum().backward()
            let gradients = try network.namedState().map { try #require($0.tensor.gradient, "\($0.name)").bytes() }
            return try (output.bytes(), gradients)
        }
        #expect(results[0].0 == results[1].0)
        #expect(results[0].1 == results[1].1)
    }

    /// One process, so that nobody else sets the number of threads meanwhile.
    @Test func theNumberOfThreadsChangesNoBit() async {
        await #expect(processExitsWith: .success) {
            let images = try Tensor.random([2, 16, 37, 41], seed: 5, dtype: .float32)
            let results = try [1, 2, 3].map { threads in
                try TorchLibrary.setThreadCount(threads)
                let block = try ConvolutionBlock(
                    16, 16, dropout: 0.5, .group, squeezesAndExcites: true, addsInput: true, Generator(seed: 1))
                let output = try block(images, .training(Generator(seed: 2)))
                try (output * output).sum().backward()
                return try [output.bytes()] + block.parameters.map { try $0.gradient?.bytes() ?? [] }
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }
    }
}
