import Foundation
import TestSupport
import Testing
import Torch
import TorchTestSupport

struct TensorReductionTests {
    /// [[1, 2, 3], [4, 5, 6]]
    @Sendable private static func matrix() throws -> Tensor { try Tensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3]) }

    static let rows = [
        TensorRow("sum", [], [21]) { try matrix().sum() },
        TensorRow("sum, kept", [1, 1], [21]) { try matrix().sum(keepingAxes: true) },
        TensorRow("sum 0", [3], [5, 7, 9]) { try matrix().sum([0]) },
        TensorRow("sum -1", [2], [6, 15]) { try matrix().sum([-1]) },
        TensorRow("sum 1, kept", [2, 1], [6, 15]) { try matrix().sum([1], keepingAxes: true) },
        TensorRow("sum both", [], [21]) { try matrix().sum([0, 1]) },
        TensorRow("sum of nothing", [], [0]) { try Tensor.zeros([0]).sum() },
        TensorRow("sum of a scalar", [], [4]) { try Tensor.scalar(4).sum() },
        TensorRow("mean", [], [3.5]) { try matrix().mean() },
        TensorRow("mean 0", [3], [2.5, 3.5, 4.5]) { try matrix().mean([0]) },
        TensorRow("max", [], [6]) { try matrix().max() },
        TensorRow("max 0", [3], [4, 5, 6]) { try matrix().max([0]) },
        TensorRow("max 1, kept", [2, 1], [3, 6]) { try matrix().max([1], keepingAxes: true) },
        TensorRow("min", [], [1]) { try matrix().min() },
        TensorRow("min -1", [2], [1, 4]) { try matrix().min([-1]) },
        TensorRow("logSumExp", [2], [log(6), log(8)]) {
            try Tensor([1, 2, 3, 0.5, 3.5, 4] as [Double], shape: [2, 3]).log().logSumExp([1])
        },
        TensorRow("logSumExp, large", [], [1000 + log(2)]) { try Tensor([1000, 1000] as [Double]).logSumExp([0]) },
        TensorRow("argmax 0", [3], [1, 1, 1]) { try matrix().argmax(0) },
        TensorRow("argmax 1, kept", [2, 1], [2, 2]) { try matrix().argmax(1, keepingAxis: true) },
        TensorRow("argmax of equals", [2], [1, 0]) { try Tensor([0, 7, 7, 3, 3, 3] as [Double], shape: [2, 3]).argmax(1) },
        TensorRow("bin counts", [5], [1, 0, 3, 0, 0]) { try Tensor([2, 0, 2, 2] as [Int64]).binCounts(5) },
        TensorRow("bin counts of nothing", [2], [0, 0]) { try Tensor([] as [Int64]).binCounts(2) },
        TensorRow("top values", [2, 2], [3, 2, 6, 5]) { try matrix().top(2, 1).values },
        TensorRow("top indices", [2, 2], [2, 1, 2, 1]) { try matrix().top(2, 1).indices },
        TensorRow("sorted", [4], [-1, 0, 2, 3]) { try Tensor([3, -1, 2, 0] as [Double]).sorted(0).values },
        TensorRow("sorted, falling", [4], [0, 2, 3, 1]) {
            try Tensor([3, -1, 2, 0] as [Double]).sorted(0, descending: true).indices
        },
        TensorRow("sorted is stable", [5], [1, 3, 0, 2, 4]) { try Tensor([5, 2, 5, 2, 5] as [Double]).sorted(0).indices },
        TensorRow("cumulative sum", [2, 3], [1, 3, 6, 4, 9, 15]) { try matrix().cumulativeSum(1) },
        TensorRow("cumulative sum 0", [2, 3], [1, 2, 3, 5, 7, 9]) { try matrix().cumulativeSum(0) },
        TensorRow("softmax", [2], [0.25, 0.75]) { try Tensor([0, log(3)] as [Double]).softmax(0) },
        TensorRow("softmax, large", [2], [0, 1]) { try Tensor([-1e4, 1e4] as [Double]).softmax(-1) },
        TensorRow("logSoftmax", [2], [log(0.25), log(0.75)]) { try Tensor([0, log(3)] as [Double]).logSoftmax(0) },
        TensorRow("logSoftmax, large", [2], [-2e4, 0]) { try Tensor([-1e4, 1e4] as [Double]).logSoftmax(0) },
        TensorRow("total norm", [], [13]) {
            try Tensor.totalNorm([Tensor([3, 4] as [Double]), Tensor([12] as [Double], shape: [1, 1])])
        },
    ]

    @Test(arguments: rows)
    func byHand(row: TensorRow) throws {
        let result = try row.call()
        #expect(result.shape == row.shape)
        let found: [Double] = try result.elements()
        for (found, expected) in zip(found, row.elements) { #expect(abs(found - expected) <= 1e-12 * max(1, abs(expected))) }
    }

    @Test(arguments: [(DType.uint8, DType.int64), (.bool, .int64), (.int32, .int64), (.float16, .float16), (.float64, .float64)])
    func sumsOfIntegersAreWide(dtype: DType, expected: DType) throws {
        let sum = try Tensor.ones([1000], dtype: dtype).sum()
        #expect(sum.dtype == expected)
        #expect(try sum.item() == 1000)
    }

    @Test func indicesAreInt64() throws {
        let tensor = try Self.matrix()
        #expect(try tensor.argmax(0).dtype == .int64)
        #expect(try tensor.top(1, 0).indices.dtype == .int64)
        #expect(try tensor.sorted(0).indices.dtype == .int64)
    }

    @Test(arguments: [
        TensorFunction("sum") { try $0.sum([1]) },
        TensorFunction("mean") { try $0.mean([0, 1]) },
        TensorFunction("max") { try $0.max([1]) },
        TensorFunction("min") { try $0.min([0]) },
        TensorFunction("logSumExp") { try $0.logSumExp([1]) },
        TensorFunction("top") { try $0.top(2, 1).values },
        TensorFunction("sorted") { try $0.sorted(1).values },
        TensorFunction("cumulativeSum") { try $0.cumulativeSum(1) },
        TensorFunction("softmax") { try $0.softmax(1) },
        TensorFunction("logSoftmax") { try $0.logSoftmax(0) },
        TensorFunction("totalNorm") { try Tensor.totalNorm([$0, $0 * 2]) },
    ])
    func slopeByFiniteDifferences(function: TensorFunction) throws {
        let input = try Tensor.random([3, 4], seed: 5)
        // Squares tell the elements apart: the sum of a softmax is constant.
        #expect(try gradientError(at: input) { try function.call($0).power(2).sum() } < 1e-6)
    }

    @Test func theMaximumSharesItsGradientAmongEquals() throws {
        let leaf = try Tensor([2, 7, 7] as [Double])
        try leaf.setRequiresGradient()
        try leaf.max().backward()
        let gradient: [Double] = try #require(leaf.gradient).elements()
        #expect(gradient == [0, 0.5, 0.5])
    }

    @Test(arguments: [
        TensorMisuse("sum of [2, 3] float64", .index) { try matrix().sum([2]) },
        TensorMisuse("amax of [2, 3] float64", .index) { try matrix().max([-3]) },
        TensorMisuse("argmax of [2, 3] float64", .index) { try matrix().argmax(5) },
        TensorMisuse("bin counts of [2] int64", .runtime) { try Tensor([1, -2] as [Int64]).binCounts(2) },
        TensorMisuse("bin counts of [1] int64", .runtime) { try Tensor([2] as [Int64]).binCounts(2) },
        TensorMisuse("topk of [2, 3] float64", .runtime) { try matrix().top(4, 1).values },
        TensorMisuse("amax of [0] float32", .index) { try Tensor.zeros([0]).max() },
        TensorMisuse("mean of [2] int64", .runtime) { try Tensor([1, 2] as [Int64]).mean() },
        TensorMisuse("norm", .runtime) { try Tensor.totalNorm([]) },
    ])
    func misuse(row: TensorMisuse) throws { try row.isRefused() }
}
