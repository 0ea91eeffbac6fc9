import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// What the CPU kernels compute where activations are stored in bfloat16.
struct FusedStorageTests {
    /// With bfloat16 storage a kernel computes what it does in float32 from the same numbers, and rounds what it stores.
    @Test func storageRoundsAndDoesNothingElse() async {
        await #expect(processExitsWith: .success) {
            func images(_ channels: Int, seed: UInt64) throws -> (half: PixelImages, full: PixelImages) {
                let half = try Tensor.random([2, channels, 10, 14], seed: seed).to(.bfloat16)
                return try (PixelImages(half), PixelImages(half.to(.float32)))
            }
            try FusedExecutionTests.forInstructionSets { set in
                for (inputs, outputs) in [(1, 16), (3, 16), (16, 32), (32, 16), (64, 64)] {
                    let (x, e) = try (images(inputs, seed: 1), images(outputs, seed: 2))
                    let layer = try Convolution(inputs, outputs, kernel: [3, 3], Generator(seed: 1))
                    let results = try [(x.half, e.half), (x.full, e.full)].map { x, e in
                        let convolution = try FusedConvolution(layer, on: x)
                        return try [convolution(x).tensor, convolution.weightGradient(input: x, e)]
                            + (inputs < 16 ? [] : [convolution.inputGradient(e, adding: x).tensor])
                    }
                    try expectRounded(results, "\(set), convolution \(inputs) → \(outputs)")
                }
                for (inputs, outputs) in [(16, 8), (32, 64), (24, 40)] {
                    let (x, e) = try (images(inputs, seed: 3), images(outputs, seed: 4))
                    let layer = try Convolution(inputs, outputs, kernel: [1, 1], Generator(seed: 1))
                    let results = try [(x.half, e.half), (x.full, e.full)].map { x, e in
                        let mixing = FusedMixing(layer, on: x)
                        let gradients = try mixing.backward(input: x, e)
                        return try [mixing(x).tensor, gradients.input.tensor, gradients.weight, gradients.bias]
                    }
                    try expectRounded(results, "\(set), mixing \(inputs) → \(outputs)")
                }
                for channels in [8, 16, 64] {
                    let (x, e) = try (images(channels, seed: 5), images(channels, seed: 6))
                    let norm = try GroupNorm(groups: 4, channels: channels)
                    let squeeze = try #require(try SqueezeExcitation(channels, dimensions: 2, Generator(seed: 1)).weights)
                    let results = try [(x.half, e.half), (x.full, e.full)].map { x, e in
                        let activation = try FusedActivation(
                            norm, slope: 0.01, on: x, dropout: .init(probability: 0.3, seed: 7, imagesBefore: 0))
                        let excitation = try activation.excitation(squeeze)
                        let gradients = try activation.backward(e, excitation)
                        return try [
                            activation(excitation, adding: e).tensor, gradients.input.tensor, gradients.weight, gradients.bias,
                            gradients.shift,
                        ]
                    }
                    try expectRounded(results, "\(set), activation of \(channels)")
                    let pooled = try [x.half, x.full].map { try [FusedPooling.pool($0.tensor, means: true)] }
                    try expectRounded(pooled, "\(set), pooling of \(channels)")
                }
                let scores = try Convolution(16, 3, kernel: [3, 3], Generator(seed: 1))
                let x = try images(16, seed: 8)
                let results = try [x.half, x.full].map {
                    try [scores.scores($0.tensor, ForwardPass(.evaluation, .fused, of: $0.tensor))]
                }
                try expectRounded(results, "\(set), scores")
            }

            func expectRounded(_ results: [[Tensor]], _ row: String) throws {
                for (index, (half, full)) in zip(results[0], results[1]).enumerated() {
                    let (found, expected) = try (half.contiguous().bytes(), full.to(half.dtype).contiguous().bytes())
                    #expect(found == expected, "\(row), result \(index)")
                }
            }
        }
    }

    /// Rounding passes through a network as noise does: outputs and gradients point the same way.
    @Test(arguments: NetworkConfiguration.Architecture.allCases)
    func networksWithBFloat16StorageStayClose(architecture: NetworkConfiguration.Architecture) throws {
        let images = try Tensor.random([2, 3, 32, 48], seed: 5, dtype: .float32)
        let results = try [DType.float32, .bfloat16].map { storage in
            let network = try NetworkConfiguration(architecture: architecture).makeNetwork(
                channels: 3, classes: 3, generator: Generator(seed: 1))
            let output = try network.logits(images, .evaluation, in: storage)
            try output.crossEntropy(labels: .zeros([2, 32, 48], dtype: .int64)).backward()
            return (output, network)
        }
        #expect(results[1].0.dtype == .float32)
        func share(_ found: Tensor, _ expected: Tensor) throws -> Double {
            try Tensor.totalNorm([found.to(.float32) - expected]).item() / Tensor.totalNorm([expected]).item()
        }
        #expect(try share(results[1].0, results[0].0) < 0.02)
        let gradients = try results.map { result in
            try result.1.scoredParameters.map { try #require($0.tensor.gradient).reshaped([-1]) }
        }
        #expect(try share(.concatenated(gradients[1], 0), .concatenated(gradients[0], 0)) < 0.1)
    }
}
