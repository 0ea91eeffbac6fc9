import Testing
import Torch

@testable import TorchNN

struct GradientNormTests {
    /// Gradients (3, 0) and (4): their norm is 5.
    private func optimizer() throws -> any Optimizer {
        let (a, b) = try (Tensor.ones([2]), Tensor.ones([1]))
        for tensor in [a, b] { try tensor.setRequiresGradient() }
        try ((a * Tensor([3, 0] as [Float])).sum() + b.sum() * 4).backward()
        return try SGD([a, b])
    }

    /// `torch.nn.utils.clip_grad_norm_` on the same gradients.
    @Test(arguments: [(1.0, [0.6, 0, 0.8] as [Float]), (5.0, [3, 0, 4]), (10.0, [3, 0, 4])])
    func longGradientsAreShortened(_ most: Double, _ expected: [Float]) throws {
        let optimizer = try optimizer()
        let norm = try optimizer.gradientNorm()
        #expect(norm == 5)
        try optimizer.clipGradients(norm: norm, to: most)
        let found: [Float] = try optimizer.parameters.flatMap { try $0.gradient?.elements() ?? [] }
        for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-5) }
    }

    @Test func withoutGradientsItIsNothing() throws {
        let norm = try SGD([Tensor.ones([2])]).gradientNorm()
        #expect(norm == 0)
    }

    /// The fused steps go through memory without looking at strides.
    @Test(arguments: ["adamw", "sgd"])
    func stepsAreTheSameInAnyLayout(_ name: String) throws {
        func values(_ format: MemoryFormat) throws -> [Float] {
            let layer = try Convolution(3, 4, kernel: [3, 3], Generator(seed: 1))
            try layer.arrange(format)
            let optimizer: any Optimizer =
                name == "sgd" ? try SGD(layer.parameters, momentum: 0.9) : try AdamW(layer.parameters)
            let input = try Tensor.empty([2, 3, 8, 8])
            try input.normalInPlace(Generator(seed: 2))
            for _ in 0..<3 {
                try optimizer.clearGradients()
                try layer(input.contiguous(format), .evaluation).power(2).mean().backward()
                try optimizer.step(learningRate: 0.1)
            }
            // Through a stored state, as a run that goes on.
            let state = try optimizer.state().mapValues { try $0.contiguous().clone() }
            try optimizer.load(state)
            try optimizer.clearGradients()
            try layer(input.contiguous(format), .evaluation).power(2).mean().backward()
            try optimizer.step(learningRate: 0.1)
            return try layer.weight.tensor.elements()
        }
        for (first, last) in zip(try values(.contiguous), try values(.channelsLast)) { #expect(abs(first - last) < 1e-4) }
    }
}
