import Foundation
import TestSupport
import Testing
import Torch
import TorchTestSupport

struct TensorPointwiseTests {
    struct Unary: CustomTestStringConvertible, Sendable {
        let name: String
        let call: @Sendable (Tensor) throws -> Tensor
        let inputs: [Double]
        let expected: @Sendable (Double) -> Double
        /// Where the slope is checked; nil for what has none.
        var smoothAt: [Double]? = []
        var testDescription: String { name }
    }

    static let unaries = [
        Unary(name: "-", call: { -$0 }, inputs: [-1.5, 0, 2], expected: { -$0 }),
        Unary(name: "abs", call: { try $0.abs() }, inputs: [-1.5, 0, 2], expected: { $0.magnitude }, smoothAt: [-1, 2]),
        Unary(name: "exp", call: { try $0.exp() }, inputs: [-800, -1, 0, 2], expected: { exp($0) }, smoothAt: [-1, 0, 2]),
        Unary(name: "log", call: { try $0.log() }, inputs: [0, 0.5, 1, 10], expected: { log($0) }, smoothAt: [0.5, 3]),
        Unary(name: "log2", call: { try $0.log2() }, inputs: [0.25, 1, 8], expected: { log2($0) }, smoothAt: [0.5, 3]),
        Unary(
            name: "log1p", call: { try $0.log1p() }, inputs: [-0.5, 0, 1e-12, 3], expected: { log1p($0) }, smoothAt: [-0.5, 0, 3]),
        Unary(name: "sqrt", call: { try $0.sqrt() }, inputs: [0, 0.25, 2], expected: { $0.squareRoot() }, smoothAt: [0.25, 2]),
        Unary(
            name: "sigmoid", call: { try $0.sigmoid() }, inputs: [-30, -1, 0, 1, 30], expected: { 1 / (1 + exp(-$0)) },
            smoothAt: [-2, 0, 3]),
        Unary(name: "tanh", call: { try $0.tanh() }, inputs: [-30, -1, 0, 1], expected: { tanh($0) }, smoothAt: [-2, 0, 1]),
        Unary(name: "relu", call: { try $0.relu() }, inputs: [-1, 0, 2], expected: { max($0, 0) }, smoothAt: [-1, 2]),
        Unary(
            name: "leaky relu", call: { try $0.leakyReLU(negativeSlope: 0.1) }, inputs: [-2, 0, 3],
            expected: { $0 > 0 ? $0 : 0.1 * $0 },
            smoothAt: [-2, 3]),
        Unary(
            name: "softplus", call: { try $0.softplus() }, inputs: [-30, -1, 0, 5, 1e4],
            expected: { $0 > 20 ? $0 : log1p(exp($0)) }, smoothAt: [-3, 0, 5]),
        Unary(
            name: "floor", call: { try $0.floor() }, inputs: [-1.5, -0.1, 0, 1.9], expected: { $0.rounded(.down) }, smoothAt: nil),
        Unary(
            name: "rounded", call: { try $0.rounded() }, inputs: [-1.5, 0.5, 1.5, 2.4, 2.6],
            expected: { $0.rounded(.toNearestOrEven) }, smoothAt: nil),
        Unary(
            name: "isFinite", call: { try $0.isFinite() }, inputs: [-.infinity, .nan, 0, 1e300],
            expected: { $0.isFinite ? 1 : 0 }, smoothAt: nil),
        Unary(
            name: "logicalNot", call: { try $0.logicalNot() }, inputs: [0, 1, -2], expected: { $0 == 0 ? 1 : 0 }, smoothAt: nil),
        Unary(
            name: "clamped", call: { try $0.clamped(to: -1...2) }, inputs: [-5, -1, 0.5, 7], expected: { min(max($0, -1), 2) },
            smoothAt: [-5, 0.5, 7]),
        Unary(name: "power", call: { try $0.power(3) }, inputs: [-2, 0, 1.5], expected: { pow($0, 3) }, smoothAt: [-2, 1.5]),
        Unary(name: "+ number", call: { 1.5 + $0 + 2 }, inputs: [-2, 0], expected: { $0 + 3.5 }),
        Unary(name: "- number", call: { $0 - 2 }, inputs: [-2, 0], expected: { $0 - 2 }),
        Unary(name: "number -", call: { 2 - $0 }, inputs: [-2, 0, 5], expected: { 2 - $0 }),
        Unary(name: "* number", call: { 0.5 * $0 * 3 }, inputs: [-2, 0, 5], expected: { $0 * 1.5 }),
        Unary(name: "/ number", call: { $0 / 4 }, inputs: [-2, 0, 5], expected: { $0 / 4 }),
        Unary(name: "equal", call: { try $0.equal(2) }, inputs: [1, 2, 3], expected: { $0 == 2 ? 1 : 0 }, smoothAt: nil),
        Unary(name: "notEqual", call: { try $0.notEqual(2) }, inputs: [1, 2, 3], expected: { $0 != 2 ? 1 : 0 }, smoothAt: nil),
        Unary(name: "less", call: { try $0.less(2) }, inputs: [1, 2, 3], expected: { $0 < 2 ? 1 : 0 }, smoothAt: nil),
        Unary(name: "greater", call: { try $0.greater(2) }, inputs: [1, 2, 3], expected: { $0 > 2 ? 1 : 0 }, smoothAt: nil),
    ]

    @Test(arguments: unaries)
    func valueOfEachElement(row: Unary) throws {
        let found: [Double] = try row.call(Tensor(row.inputs)).elements()
        for (input, found) in zip(row.inputs, found) {
            let expected = row.expected(input)
            #expect(
                found == expected || abs(found - expected) <= 1e-14 * abs(expected), "of \(input): \(found), expected \(expected)"
            )
        }
    }

    @Test(arguments: unaries.filter { $0.smoothAt != nil })
    func slopeByFiniteDifferences(row: Unary) throws {
        let points = row.smoothAt.flatMap { $0.isEmpty ? nil : $0 } ?? row.inputs
        #expect(try gradientError(at: Tensor(points)) { try row.call($0).sum() } < 1e-6)
    }

    /// Of [1, 2, 5] and [4, 2, 3].
    static let pairs = [
        TensorRow("equal", [3], [0, 1, 0]) { try left().equal(right()) },
        TensorRow("maximum", [3], [4, 2, 5]) { try left().maximum(right()) },
        TensorRow("minimum", [3], [1, 2, 3]) { try left().minimum(right()) },
        TensorRow("+", [3], [5, 4, 8]) { try left() + right() },
        TensorRow("-", [3], [-3, 0, 2]) { try left() - right() },
        TensorRow("*", [3], [4, 4, 15]) { try left() * right() },
        TensorRow("/", [3], [0.25, 1, 5.0 / 3]) { try left() / right() },
        TensorRow("logicalAnd", [3], [0, 0, 1]) { try left().greater(1).logicalAnd(right().greater(2)) },
        TensorRow("logicalOr", [3], [1, 0, 1]) { try left().greater(2).logicalOr(right().greater(3)) },
        TensorRow("chosen", [3], [4, 2, 5]) { try left().chosen(where: left().greater(1), otherwise: right()) },
        TensorRow("masked", [3], [1, -1, 5]) { try left().masked(where: right().equal(2), with: -1) },
    ]

    @Sendable private static func left() throws -> Tensor { try Tensor([1, 2, 5] as [Double]) }
    @Sendable private static func right() throws -> Tensor { try Tensor([4, 2, 3] as [Double]) }

    @Test(arguments: pairs)
    func twoTensors(row: TensorRow) throws {
        let result = try row.call()
        #expect(result.shape == row.shape)
        let found: [Double] = try result.elements()
        #expect(found == row.elements)
    }

    @Test(arguments: [
        ([3], [2, 3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [4], [4]), ([2, 1, 1], [3, 1], [2, 3, 1]), ([0], [1], [0]),
    ])
    func broadcasting(left: [Int], right: [Int], expected: [Int]) throws {
        #expect(try (Tensor.ones(left) + Tensor.ones(right)).shape == expected)
        #expect(try (Tensor.ones(right) * Tensor.ones(left)).shape == expected)
    }

    struct Promotion: CustomTestStringConvertible, Sendable {
        let dtype: DType
        let name: String
        let expected: DType
        let call: @Sendable (Tensor) throws -> Tensor
        var testDescription: String { "\(dtype) \(name)" }
    }

    /// A whole number keeps a tensor of integers what it is, as in PyTorch; division and fractions make float32.
    @Test(arguments: [
        Promotion(dtype: .uint8, name: "+ 1", expected: .uint8) { $0 + 1 },
        Promotion(dtype: .int64, name: "* 2", expected: .int64) { $0 * 2 },
        Promotion(dtype: .bool, name: "+ 1", expected: .int64) { $0 + 1 },
        Promotion(dtype: .int64, name: "clamped", expected: .int64) { try $0.clamped(to: 0...5) },
        Promotion(dtype: .int64, name: "power", expected: .int64) { try $0.power(2) },
        Promotion(dtype: .int64, name: "masked", expected: .int64) { try $0.masked(where: $0.equal(1), with: 7) },
        Promotion(dtype: .int64, name: "* 0.5", expected: .float32) { $0 * 0.5 },
        Promotion(dtype: .int32, name: "/ 2", expected: .float32) { $0 / 2 },
        Promotion(dtype: .int64, name: "+ infinity", expected: .float32) { $0 + .infinity },
        Promotion(dtype: .int64, name: "* 1e30", expected: .float32) { $0 * 1e30 },
        Promotion(dtype: .float16, name: "+ 0.1", expected: .float16) { $0 + 0.1 },
        Promotion(dtype: .bfloat16, name: "+ 0.1", expected: .bfloat16) { $0 + 0.1 },
        Promotion(dtype: .float64, name: "+ 0.1", expected: .float64) { $0 + 0.1 },
        Promotion(dtype: .float32, name: "equal", expected: .bool) { try $0.equal(1) },
    ])
    func promotionByNumbers(row: Promotion) throws {
        #expect(try row.call(Tensor.ones([2], dtype: row.dtype)).dtype == row.expected)
    }

    @Test(arguments: [
        (DType.uint8, DType.int64, DType.int64), (.int64, .float32, .float32), (.float16, .bfloat16, .float32),
        (.float32, .float64, .float64), (.bool, .uint8, .uint8),
    ])
    func promotionByTensors(left: DType, right: DType, expected: DType) throws {
        #expect(try (Tensor.ones([2], dtype: left) + Tensor.ones([2], dtype: right)).dtype == expected)
    }

    @Test(arguments: [
        TensorMisuse("maximum of [2] float32, [3] float32", .runtime) { try Tensor.ones([2]).maximum(.ones([3])) },
        TensorMisuse("eq of [2] float32, [3] float32", .runtime) { try Tensor.ones([2]).equal(.ones([3])) },
        TensorMisuse("logical_and of [2] float32, [3] float32", .runtime) { try Tensor.ones([2]).logicalAnd(.ones([3])) },
        TensorMisuse("masked_fill of [2] float32, [3] bool", .runtime) {
            try Tensor.ones([2]).masked(where: .ones([3], dtype: .bool), with: 0)
        },
        TensorMisuse("masked_fill of [2] float32, [2] float32", .runtime) {
            try Tensor.ones([2]).masked(where: .ones([2]), with: 0)
        },
        TensorMisuse("where of [3] bool, [2] float32, [2] float32", .runtime) {
            try Tensor.ones([2]).chosen(where: .ones([3], dtype: .bool), otherwise: .ones([2]))
        },
    ])
    func misuse(row: TensorMisuse) throws { try row.isRefused() }

    /// Operators cannot throw: shapes that do not fit are the program's fault.
    @Test func operatorsTrapWithTheMessage() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try Tensor.ones([2]) + Tensor.ones([3])
        }
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("+ of [2] float32, [3] float32: "))
    }
}
