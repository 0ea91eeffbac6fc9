import CKernels
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// A kernel that cannot have memory is an error that says for what and how much; with memory the next call is right again.
///
/// The limit belongs to the process, so each test has one of its own.
struct ExhaustedMemoryTests {
    /// Expects the right values or the right error under every limit of bytes in one piece, and an error under the smallest.
    static func check(_ name: String, _ run: () throws -> [Tensor]) throws {
        let expected = try run().map { try $0.bytes() }
        for limit in [0, 1 << 8, 1 << 11, 1 << 14, 1 << 17] {
            ck_limit_memory(Int64(limit))
            defer { ck_limit_memory(-1) }
            do {
                let found = try run().map { try $0.bytes() }
                #expect(limit > 0 && found == expected, "\(name), \(limit) bytes")
            } catch let error as TorchError {
                #expect(error.kind == .outOfMemory, "\(name), \(limit) bytes: \(error)")
                let words = "MB of memory could not be allocated; take smaller batches, smaller planes or a narrower network"
                #expect(error.description.hasSuffix(words), "\(name): \(error)")
            }
        }
        #expect(try run().map { try $0.bytes() } == expected, "\(name), without a limit")
    }

    @Test func kernels() async {
        await #expect(processExitsWith: .success) {
            try TorchLibrary.setThreadCount(2)
            func images(_ channels: Int, _ seed: UInt64, _ size: [Int] = [12, 14]) throws -> PixelImages {
                try PixelImages(Tensor.random([2, channels] + size, seed: seed).to(.float32))
            }
            for (inputs, outputs) in [(1, 16), (16, 16), (64, 64)] {
                let (x, e) = try (images(inputs, 1), images(outputs, 2))
                let convolution = try FusedConvolution(Convolution(inputs, outputs, kernel: [3, 3], Generator(seed: 1)), on: x)
                try ExhaustedMemoryTests.check("convolution \(inputs)") { try [convolution(x).tensor] }
                try ExhaustedMemoryTests.check("its weights") { try [convolution.weightGradient(input: x, e)] }
                guard inputs >= 16 else { continue }
                try ExhaustedMemoryTests.check("its inputs") { try [convolution.inputGradient(e, adding: x).tensor] }
            }
            let (x, e) = try (images(16, 3), images(8, 4))
            let mixing = try FusedMixing(Convolution(16, 8, kernel: [1, 1], Generator(seed: 1)), on: x)
            try ExhaustedMemoryTests.check("mixing") { try [mixing(x).tensor] }
            try ExhaustedMemoryTests.check("its gradients") {
                let gradients = try mixing.backward(input: x, e)
                return [gradients.input.tensor, gradients.weight, gradients.bias]
            }
            let norm = try GroupNorm(groups: 4, channels: 16)
            let squeeze = try #require(try SqueezeExcitation(16, dimensions: 2, Generator(seed: 1)).weights)
            let activation = try FusedActivation(norm, slope: 0.01, on: x)
            try ExhaustedMemoryTests.check("normalisation") { try [FusedActivation(norm, slope: 0.01, on: x)().tensor] }
            try ExhaustedMemoryTests.check("excitation") { try [activation(activation.excitation(squeeze)).tensor] }
            let excitation = try activation.excitation(squeeze)
            for parts in [nil, excitation] {
                try ExhaustedMemoryTests.check("gradient of an activation") {
                    let gradients = try activation.backward(x, parts)
                    return [gradients.input.tensor, gradients.weight, gradients.bias, gradients.shift]
                }
            }
        }
    }

    /// Backward passes run deep inside of libtorch; their errors come out with their kind.
    @Test func networks() async {
        await #expect(processExitsWith: .success) {
            let images = try Tensor.random([1, 3, 32, 16], seed: 5).to(.float32)
            for architecture in NetworkConfiguration.Architecture.allCases {
                let network = try NetworkConfiguration(architecture: architecture).makeNetwork(
                    channels: 3, classes: 2, generator: Generator(seed: 1))
                try ExhaustedMemoryTests.check("\(architecture)") { try [network(images, .evaluation)] }
                let output = try network(images, .evaluation)
                ck_limit_memory(0)
                defer { ck_limit_memory(-1) }
                #expect("\(architecture)") {
                    try (output * output).sum().backward()
                } throws: { error in
                    (error as? TorchError)?.kind == .outOfMemory
                        && "\(error)".contains("the gradient of the scores: 1 MB of memory")
                }
            }
        }
    }
}
