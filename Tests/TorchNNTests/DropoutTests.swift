import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

struct DropoutTests {
    private func outcome(_ probability: Double, seed: UInt64, count: Int = 40_000) throws -> [Float] {
        try Dropout(probability)(.full([count], 3), .training(Generator(seed: seed))).elements()
    }

    /// Within five standard deviations of the share.
    @Test(arguments: [0.1, 0.3, 0.5, 0.9])
    func keepsItsShareAndScalesIt(probability: Double) throws {
        let elements = try outcome(probability, seed: 1)
        let kept = elements.filter { $0 != 0 }
        #expect(kept.allSatisfy { abs(Double($0) - 3 / (1 - probability)) < 1e-5 })
        let share = Double(kept.count) / Double(elements.count)
        #expect(abs(share - (1 - probability)) < 5 * (probability * (1 - probability) / Double(elements.count)).squareRoot())
    }

    @Test(arguments: [0.0, 0.3, 0.9])
    func evaluationIsTheIdentity(probability: Double) throws {
        let input = try Tensor.random([10], seed: 1)
        #expect(try Dropout(probability)(input, .evaluation).isSame(as: input))
    }

    @Test func noProbabilityIsTheIdentityAndDrawsNothing() throws {
        let input = try Tensor.random([10], seed: 1)
        let generator = try Generator(seed: 1)
        let before = try generator.state().bytes()
        #expect(try Dropout(0)(input, .training(generator)).isSame(as: input))
        #expect(try generator.state().bytes() == before)
    }

    @Test func theGeneratorDecides() throws {
        #expect(try outcome(0.5, seed: 1) == outcome(0.5, seed: 1))
        #expect(try outcome(0.5, seed: 1) != outcome(0.5, seed: 2))
        let generator = try Generator(seed: 1)
        let dropout = Dropout(0.5)
        let (first, second) = try (dropout(.ones([100]), .training(generator)), dropout(.ones([100]), .training(generator)))
        #expect(try first.bytes() != second.bytes())
    }

    /// The gradient takes the same way as the value.
    @Test(arguments: [DType.float32, .float64, .bfloat16])
    func theGradientIsDroppedAlike(dtype: DType) throws {
        let input = try Tensor.ones([200], dtype: dtype)
        try input.setRequiresGradient()
        let output = try Dropout(0.5)(input, .training(Generator(seed: 1)))
        #expect(output.dtype == dtype)
        try output.sum().backward()
        #expect(try #require(input.gradient).largestDifference(to: output) == 0)
    }

    @Test func probabilitiesAreChecked() async {
        await #expect(processExitsWith: .failure) { _ = Dropout(1) }
        await #expect(processExitsWith: .failure) { _ = Dropout(-0.1) }
    }
}
