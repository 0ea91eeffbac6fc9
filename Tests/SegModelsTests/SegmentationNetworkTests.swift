import TestSupport
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// What every network promises.
struct SegmentationNetworkTests {
    struct Variant: CustomTestStringConvertible, Sendable {
        let architecture: NetworkConfiguration.Architecture
        let normalization: NetworkConfiguration.Normalization
        var testDescription: String { "\(architecture), \(normalization)" }

        func network(dropout: [Double] = [0, 0, 0.3, 0.4, 0.5], seed: UInt64 = 1) throws -> any SegmentationNetwork {
            let configuration = NetworkConfiguration(
                architecture: architecture, features: [8, 16, 32, 64, 128], dropout: dropout, normalization: normalization)
            return try configuration.makeNetwork(channels: 2, classes: 3, generator: Generator(seed: seed))
        }
    }

    static let variants = NetworkConfiguration.Architecture.allCases.flatMap { architecture in
        NetworkConfiguration.Normalization.allCases.map { Variant(architecture: architecture, normalization: $0) }
    }
    static let groupNormed = variants.filter { $0.normalization == .group }

    private func images(_ shape: [Int] = [1, 2, 32, 16], seed: UInt64 = 5) throws -> Tensor {
        try .random(shape, seed: seed, dtype: .float32)
    }

    // MARK: Sizes

    @Test(arguments: variants, [[17, 33], [1, 1], [15, 16], [16, 31], [48, 16]])
    func theOutputHasTheSizeOfTheInput(variant: Variant, size: [Int]) throws {
        let network = try variant.network()
        let output = try network(images([1, 2] + size), .evaluation)
        #expect(output.shape == [1, 3] + size)
        #expect(output.dtype == .float32)
        #expect(try output.isFinite().min().itemAsInt() == 1)
    }

    @Test(arguments: variants)
    func multiplesAreNotPadded(variant: Variant) throws {
        let network = try variant.network()
        let images = try images([2, 2, 32, 48])
        #expect(try network(images, .evaluation).bytes() == network.fittingForward(images, .evaluation).bytes())
    }

    /// Padding repeats the border below and on the right.
    @Test(arguments: variants)
    func otherSizesArePaddedAndCropped(variant: Variant) throws {
        let network = try variant.network()
        let images = try images([1, 2, 17, 33])
        let rows = try Tensor.concatenated([images] + Array(repeating: images.narrowed(2, 16..<17), count: 15), 2)
        let padded = try Tensor.concatenated([rows] + Array(repeating: rows.narrowed(3, 32..<33), count: 15), 3)
        #expect(padded.shape == [1, 2, 32, 48])
        let expected = try network.fittingForward(padded, .evaluation).narrowed(2, 0..<17).narrowed(3, 0..<33)
        #expect(try network(images, .evaluation).largestDifference(to: expected) == 0)
    }

    @Test(arguments: variants, [[2, 32, 16], [1, 3, 32, 16], [1, 2, 4, 32, 16], [1, 2, 0, 16], [1, 2, 16, 0], []])
    func otherInputsAreRefused(variant: Variant, shape: [Int]) throws {
        let network = try variant.network()
        let message = messageThrown { _ = try network(.zeros(shape), .evaluation) }
        #expect(message == "the network takes images of shape [B, 2, H, W], found \(shape)")
    }

    // MARK: Values

    @Test(arguments: variants)
    func theSeedDecidesTheStart(variant: Variant) throws {
        let (one, same, other) = try (variant.network(), variant.network(), variant.network(seed: 2))
        for ((a, b), c) in zip(zip(one.namedState(), same.namedState()), other.namedState()) where a.tensor.rank == 4 {
            #expect(try a.tensor.bytes() == b.tensor.bytes(), "\(a.name)")
            #expect(try a.tensor.bytes() != c.tensor.bytes(), "\(a.name)")
        }
    }

    @Test(arguments: variants)
    func evaluationIsDeterministicAndChangesNothing(variant: Variant) throws {
        let network = try variant.network()
        let images = try images()
        let before = try network.namedState().map { try $0.tensor.bytes() }
        #expect(try network(images, .evaluation).bytes() == network(images, .evaluation).bytes())
        #expect(try network.namedState().map { try $0.tensor.bytes() } == before)
    }

    @Test(arguments: groupNormed)
    func trainingDrawsFromTheGenerator(variant: Variant) throws {
        let network = try variant.network()
        try network.moveNorms()
        let images = try images()
        func output(_ seed: UInt64) throws -> [UInt8] { try network(images, .training(Generator(seed: seed))).bytes() }
        let first = try output(1)
        #expect(try output(1) == first)
        #expect(try output(2) != first)
        #expect(try network(images, .evaluation).bytes() != first)
    }

    @Test(arguments: groupNormed)
    func withoutDropoutTrainingIsEvaluation(variant: Variant) throws {
        let network = try variant.network(dropout: [0, 0, 0, 0, 0])
        let images = try images()
        let trained = try network(images, .training(Generator(seed: 1)))
        #expect(try trained.bytes() == network(images, .evaluation).bytes())
    }

    /// An image's logits do not depend on the others of its batch, nor on the layout in memory, but for the rounding of the method that
    /// the kernels choose by the size of the batch.
    @Test(arguments: variants)
    func imagesAreIndependent(variant: Variant) throws {
        let network = try variant.network()
        let images = try images([3, 2, 32, 32])
        let together = try network(images, .evaluation)
        let largest = try together.abs().max().item()
        for index in 0..<3 {
            let alone = try network(images.narrowed(0, index..<index + 1), .evaluation)
            #expect(
                try together.narrowed(0, index..<index + 1).largestDifference(to: alone) < 1e-4 * max(1, largest),
                "image \(index)")
        }
        #expect(
            try network(images.contiguous(.channelsLast), .evaluation).largestDifference(to: together) < 1e-5 * max(1, largest))
    }

    @Test(arguments: variants)
    func gradientsReachEveryParameter(variant: Variant) throws {
        let network = try variant.network()
        try network.moveNorms()
        let output = try network(images([2, 2, 48, 32]), .training(Generator(seed: 1)))
        let labels = try Tensor.range(2 * 48 * 32).reshaped([2, 48, 32]).greater(1000).to(.int64)
        try output.crossEntropy(labels: labels).backward()
        for entry in network.scoredParameters {
            let gradient = try #require(entry.tensor.gradient, "\(entry.name)")
            #expect(try gradient.isFinite().min().itemAsInt() == 1, "\(entry.name)")
            // A shift just before a normalisation has no effect, so that biases may have the gradient 0.
            if entry.tensor.rank == 4 { #expect(try gradient.abs().max().item() > 0, "\(entry.name)") }
        }
    }

    @Test(arguments: variants)
    func batchesAreTrackedByBatchNorm(variant: Variant) throws {
        let network = try variant.network()
        for _ in 0..<2 { _ = try network(images([2, 2, 32, 32]), .training(Generator(seed: 1))) }
        let counters = network.namedState().filter { $0.name.hasSuffix("num_batches_tracked") }
        #expect(counters.isEmpty == (variant.normalization != .batch))
        for counter in counters { #expect(try counter.tensor.itemAsInt() == 2, "\(counter.name)") }
        for entry in network.namedState() { #expect(try entry.tensor.isFinite().min().itemAsInt() == 1, "\(entry.name)") }
    }

    @Test(arguments: variants)
    func aStoredStateIsTakenUp(variant: Variant) throws {
        let (source, target) = try (variant.network(seed: 1), variant.network(seed: 2))
        let images = try images()
        try target.load(source.state())
        #expect(try target(images, .evaluation).bytes() == source(images, .evaluation).bytes())
    }
}
