import Testing
import Torch

@testable import TorchNN

struct StepGuardTests {
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
        let guarding = try StepGuard(optimizer, longest: most)
        #expect(try guarding.norm.item() == 5)
        // With a rate of 1 a step is the gradient.
        try optimizer.step(learningRate: 1, guarding)
        let found: [Float] = try optimizer.parameters.flatMap { parameter in
            let values: [Float] = try parameter.elements()
            return values.map { 1 - $0 }
        }
        for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-5) }
    }

    @Test func withoutGradientsItIsNothing() throws {
        let optimizer = try SGD([Tensor.ones([2])])
        let guarding = try StepGuard(optimizer, longest: 1)
        #expect(try guarding.norm.item() == 0 && guarding.isHeld.item() == 0)
        try optimizer.step(learningRate: 1, guarding)
    }

    /// Losses and gradients that are not finite, and the steps after them, leave weights, moments and counters as they are.
    @Test(arguments: ["adamw", "sgd"], [(Float.nan, 1.0), (-.infinity, 1), (0, .infinity), (0, .nan)])
    func whatWouldSpoilTheWeightsIsHeld(_ name: String, _ spoilt: (loss: Float, factor: Double)) throws {
        let weights = try Tensor([1, 2, 3] as [Float])
        try weights.setRequiresGradient()
        let optimizer: any Optimizer = name == "sgd" ? try SGD([weights], momentum: 0.9) : try AdamW([weights])
        func step(_ factor: Double, loss: Float, after: StepGuard? = nil) throws -> StepGuard {
            try optimizer.clearGradients()
            try (weights.sum() * factor).backward()
            let guarding = try StepGuard(optimizer, losses: [.scalar(Double(loss))], longest: 12, lost: after?.isLost)
            try optimizer.step(learningRate: 0.1, guarding)
            return guarding
        }
        let first = try step(1, loss: 0.5)
        #expect(try first.isHeld.item() == 0)
        let kept = try optimizer.state().mapValues { try $0.bytes() }
        let before: [Float] = try weights.elements()
        #expect(before[0] < 1, "a good step is taken")
        let bad = try step(spoilt.factor, loss: spoilt.loss, after: first)
        #expect(try bad.isHeld.item() == 1)
        let next = try step(1, loss: 0.5, after: bad)
        #expect(try next.isHeld.item() == 1)
        #expect(try weights.elements() == before)
        #expect(try optimizer.state().mapValues { try $0.bytes() } == kept)
    }

    /// In float16 gradients may overflow: the step is left out, the scale is halved, and the next is taken.
    @Test func gradientsThatOverflowCostOneStep() throws {
        let weights = try Tensor([1, 2, 3] as [Float])
        try weights.setRequiresGradient()
        let (optimizer, scale) = (try SGD([weights]), try LossScale())
        func step(_ factor: Double, loss: Double = 0.5, after: StepGuard? = nil) throws -> StepGuard {
            try optimizer.clearGradients()
            try (weights.sum() * factor * scale.value).backward()
            let guarding = try StepGuard(optimizer, losses: [.scalar(loss)], longest: 100, scale: scale, lost: after?.isLost)
            try optimizer.step(learningRate: 0.5, guarding)
            return guarding
        }
        let first = try step(1)
        #expect(try weights.elements() == [0.5, 1.5, 2.5] as [Float], "the scale is gone from the step")
        #expect(try abs(first.norm.item() - 1.7320508) < 1e-6)
        let second = try step(1e38, after: first)
        #expect(try (second.isHeld.item(), second.isLost.item()) == (1, 0))
        #expect(try scale.value.item() == 32768)
        #expect(try weights.elements() == [0.5, 1.5, 2.5] as [Float])
        let third = try step(1, after: second)
        #expect(try third.isHeld.item() == 0)
        #expect(try weights.elements() == [0, 1, 2] as [Float])
        let last = try step(1, loss: .nan, after: third)
        #expect(try (last.isHeld.item(), last.isLost.item()) == (1, 1), "a loss that is no number is no overflow")
        #expect(try step(1, after: last).isHeld.item() == 1)
        #expect(try weights.elements() == [0, 1, 2] as [Float])
    }

    @Test func theScaleGrowsAgain() throws {
        let scale = try LossScale()
        let (fine, overflowed) = try (Tensor.scalar(0), Tensor.scalar(1))
        try scale.update(overflowed: overflowed)
        for _ in 0..<LossScale.interval { try scale.update(overflowed: fine) }
        #expect(try scale.value.item() == 65536)
        try scale.update(overflowed: fine)
        let other = try LossScale()
        try other.load(scale.state().mapValues { try $0.clone() })
        for one in [scale, other] { for _ in 1..<LossScale.interval { try one.update(overflowed: fine) } }
        #expect(try scale.value.item() == 131072 && other.value.item() == 131072, "what was counted is kept")
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
