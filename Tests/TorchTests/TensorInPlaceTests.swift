import TestSupport
import Testing
import Torch
import TorchTestSupport

struct TensorInPlaceTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let change: @Sendable (Tensor) throws -> Void
        /// Of [1, 2, 3].
        let expected: [Double]
        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "copy", change: { try $0.copyInPlace(from: Tensor([7, 8, 9] as [Int64])) }, expected: [7, 8, 9]),
        Row(name: "copy of a scalar", change: { try $0.copyInPlace(from: .scalar(4)) }, expected: [4, 4, 4]),
        Row(name: "fill", change: { try $0.fillInPlace(-0.5) }, expected: [-0.5, -0.5, -0.5]),
        Row(name: "add", change: { try $0.addInPlace(.ones([3])) }, expected: [2, 3, 4]),
        Row(name: "add scaled", change: { try $0.addInPlace(.ones([1]), scale: -2) }, expected: [-1, 0, 1]),
        Row(name: "multiply", change: { try $0.multiplyInPlace(by: 3) }, expected: [3, 6, 9]),
    ])
    func everyCopySeesTheChange(row: Row) throws {
        let tensor = try Tensor([1, 2, 3] as [Double])
        let copy = tensor
        try row.change(tensor)
        let elements: [Double] = try copy.elements()
        #expect(elements == row.expected)
        #expect(copy.dtype == .float64)
    }

    /// Counters are integers.
    @Test(arguments: DType.allCases.filter { $0 != .bool })
    func wholeNumbersFitEveryDtype(dtype: DType) throws {
        let tensor = try Tensor.full([2], 3, dtype: dtype)
        try tensor.addInPlace(.ones([], dtype: dtype), scale: 2)
        try tensor.multiplyInPlace(by: 4)
        let elements: [Double] = try tensor.elements()
        #expect(elements == [20, 20])
        #expect(tensor.dtype == dtype)
    }

    @Test func fractionsDoNotFitIntegers() throws {
        let tensor = try Tensor([3] as [Int64])
        let added = try #require(messageThrown { try tensor.addInPlace(.ones([], dtype: .int64), scale: 0.5) })
        #expect(added.hasPrefix("add_ of [1] int64, [] int64: "))
        let multiplied = try #require(messageThrown { try tensor.multiplyInPlace(by: 0.5) })
        #expect(multiplied.hasPrefix("mul_ of [1] int64: "))
        #expect(try tensor.itemAsInt() == 3)
    }

    @Test(arguments: [
        Row(name: "copy_ of [3] float64, [2] float32: ", change: { try $0.copyInPlace(from: .ones([2])) }, expected: []),
        Row(name: "add_ of [3] float64, [2, 3] float32: ", change: { try $0.addInPlace(.ones([2, 3])) }, expected: []),
    ])
    func misfits(row: Row) throws {
        let tensor = try Tensor([1, 2, 3] as [Double])
        let message = try #require(messageThrown { try row.change(tensor) })
        #expect(message.hasPrefix(row.name))
        let elements: [Double] = try tensor.elements()
        #expect(elements == [1, 2, 3])
    }

    @Test func aLeafInTheGraphIsNotChangedBehindAutogradsBack() throws {
        let leaf = try Tensor.ones([2])
        try leaf.setRequiresGradient()
        let message = try #require(messageThrown { try leaf.fillInPlace(2) })
        #expect(message.hasPrefix("fill_ of [2] float32: "))
        try withoutGradient { try leaf.fillInPlace(2) }
        #expect(try leaf.sum().item() == 4)
    }

    @Test func drawsHaveTheirDistribution() throws {
        let generator = try Generator(seed: 3)
        let tensor = try Tensor.empty([100_000], dtype: .float64)
        func moments() throws -> (mean: Double, deviation: Double) {
            let mean = try tensor.mean().item()
            let variance = try (tensor - mean).power(2).mean().item()
            return (mean, variance.squareRoot())
        }
        try tensor.uniformInPlace(-1, 3, generator)
        let uniform = try moments()
        #expect(abs(uniform.mean - 1) < 0.02 && abs(uniform.deviation - 4 / 12.0.squareRoot()) < 0.02)
        let (low, high) = try (tensor.min().item(), tensor.max().item())
        #expect(low >= -1 && high < 3)

        try tensor.normalInPlace(mean: 2, deviation: 0.5, generator)
        let normal = try moments()
        #expect(abs(normal.mean - 2) < 0.01 && abs(normal.deviation - 0.5) < 0.01)

        try tensor.bernoulliInPlace(0.3, generator)
        let coin = try moments()
        #expect(abs(coin.mean - 0.3) < 0.01)
        #expect(try tensor.equal(0).logicalOr(tensor.equal(1)).min().itemAsInt() == 1)
    }

    @Test func impossibleDistributionsAreRefused() throws {
        let generator = try Generator(seed: 3)
        let tensor = try Tensor.zeros([2])
        for (operation, message) in [
            ("uniform_", messageThrown { try tensor.uniformInPlace(1, 0, generator) }),
            ("normal_", messageThrown { try tensor.normalInPlace(deviation: -1, generator) }),
            ("bernoulli_", messageThrown { try tensor.bernoulliInPlace(1.5, generator) }),
        ] {
            #expect(message?.hasPrefix("\(operation) of [2] float32: ") == true, "\(operation)")
        }
    }
}
