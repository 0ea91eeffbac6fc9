import Testing
import Torch
import TorchTestSupport

struct AutocastTests {
    @Test(arguments: 1...3)
    func convolutionsOfAllDimensionsAre(dimensions: Int) throws {
        let size = Array(repeating: 3, count: dimensions)
        let narrow = try withAutocast(.bfloat16, on: .cpu) {
            try Tensor.ones([1, 1] + size).convolved(.ones([1, 1] + size), bias: nil)
        }
        #expect(narrow.dtype == .bfloat16)
    }

    /// Within, a convolution is that of inputs rounded to bfloat16; the gradients of float32 weights are float32.
    @Test func convolutionsAreInTheNarrowType() throws {
        let input = try Tensor.random([1, 4, 8, 8], seed: 1, dtype: .float32)
        let weight = try Tensor.random([4, 4, 3, 3], seed: 2, dtype: .float32)
        try weight.setRequiresGradient()
        let narrow = try withAutocast(.bfloat16, on: .cpu) { try input.convolved(weight, bias: nil, padding: [1, 1]) }
        #expect(narrow.dtype == .bfloat16)
        let rounded = try input.to(.bfloat16).convolved(weight.detached().to(.bfloat16), bias: nil, padding: [1, 1])
        #expect(try narrow.to(.float32).largestDifference(to: rounded.to(.float32)) == 0)
        try narrow.to(.float32).sum().backward()
        #expect(weight.gradient?.dtype == .float32)
        let wide = try input.convolved(weight, bias: nil, padding: [1, 1])
        #expect(wide.dtype == .float32)
        let difference = try wide.detached().largestDifference(to: narrow.detached().to(.float32))
        #expect(difference > 0 && difference < 0.1)
    }

    @Test(arguments: [[3], [3, 4], [2, 3, 4]])
    func transposedConvolutionsAreNarrowToo(sizes: [Int]) throws {
        let input = try Tensor.random([1, 2] + sizes, seed: 1, dtype: .float32)
        let weight = try Tensor.random([2, 3] + sizes.map { _ in 2 }, seed: 2, dtype: .float32)
        let stride = sizes.map { _ in 2 }
        let narrow = try withAutocast(.bfloat16, on: .cpu) { try input.transposeConvolved(weight, bias: nil, stride: stride) }
        #expect(narrow.dtype == .bfloat16)
        let wide = try input.transposeConvolved(weight, bias: nil, stride: stride)
        #expect(try narrow.largestDifference(to: wide) < 0.05 * wide.abs().max().item())
    }

    /// A copy of the weights in the narrow type must not outlive their change.
    @Test func changedWeightsAreSeen() throws {
        let input = try Tensor.ones([1, 1, 4, 4])
        let weight = try Tensor.ones([1, 1, 1, 1])
        try weight.setRequiresGradient()
        func value() throws -> Double {
            try withAutocast(.bfloat16, on: .cpu) { try input.convolved(weight, bias: nil) }.to(.float32).mean().item()
        }
        let before = try value()
        try withoutGradient { try weight.fillInPlace(3) }
        let after = try value()
        #expect((before, after) == (1, 3))
    }

    @Test func whatHeldAroundItComesBack() throws {
        let weight = try Tensor.ones([1, 1, 1, 1])
        func type() throws -> DType { try Tensor.ones([1, 1, 4, 4]).convolved(weight, bias: nil).dtype }
        let (inner, outer) = try withAutocast(.bfloat16, on: .cpu) {
            let inner = try withAutocast(.float16, on: .cpu) { try type() }
            return (inner, try type())
        }
        #expect((inner, outer) == (.float16, .bfloat16))
        #expect(try type() == .float32)
    }

    @Test func anErrorEndsIt() throws {
        struct Problem: Error {}
        #expect(throws: Problem.self) { try withAutocast(.bfloat16, on: .cpu) { throw Problem() } }
        let weight = try Tensor.ones([1, 1, 1, 1])
        let wide = try Tensor.ones([1, 1, 4, 4]).convolved(weight, bias: nil)
        #expect(wide.dtype == .float32)
    }
}
