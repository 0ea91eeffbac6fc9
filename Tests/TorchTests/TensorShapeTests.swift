import TestSupport
import Testing
import Torch
import TorchTestSupport

struct TensorShapeTests {
    /// [[0, 1, 2], [3, 4, 5]]
    @Sendable private static func matrix() throws -> Tensor { try Tensor.range(6, dtype: .float64).reshaped([2, 3]) }

    static let rows = [
        TensorRow("reshaped", [3, 2], [0, 1, 2, 3, 4, 5]) { try matrix().reshaped([3, 2]) },
        TensorRow("reshaped, one open", [6], [0, 1, 2, 3, 4, 5]) { try matrix().reshaped([-1]) },
        TensorRow("reshaped to a scalar", [], [7]) { try Tensor([7] as [Double]).reshaped([]) },
        TensorRow("permuted", [3, 2], [0, 3, 1, 4, 2, 5]) { try matrix().permuted([1, 0]) },
        TensorRow("expanded", [2, 3], [1, 1, 1, 2, 2, 2]) { try Tensor([1, 2] as [Double], shape: [2, 1]).expanded([-1, 3]) },
        TensorRow("unsqueezed", [2, 1, 3], [0, 1, 2, 3, 4, 5]) { try matrix().unsqueezed(1) },
        TensorRow("unsqueezed at the end", [2, 3, 1], [0, 1, 2, 3, 4, 5]) { try matrix().unsqueezed(-1) },
        TensorRow("squeezed", [2, 3], [0, 1, 2, 3, 4, 5]) { try matrix().unsqueezed(0).squeezed(0) },
        TensorRow("squeezed where there is more than one", [2, 3], [0, 1, 2, 3, 4, 5]) { try matrix().squeezed(0) },
        TensorRow("selected", [3], [3, 4, 5]) { try matrix().selected(0, 1) },
        TensorRow("selected from the end", [2], [2, 5]) { try matrix().selected(1, -1) },
        TensorRow("narrowed", [2, 2], [1, 2, 4, 5]) { try matrix().narrowed(1, 1..<3) },
        TensorRow("narrowed to nothing", [2, 0], []) { try matrix().narrowed(1, 1..<1) },
        TensorRow("flipped", [2, 3], [2, 1, 0, 5, 4, 3]) { try matrix().flipped([1]) },
        TensorRow("flipped twice", [2, 3], [5, 4, 3, 2, 1, 0]) { try matrix().flipped([0, 1]) },
        TensorRow("concatenated", [3, 3], [0, 1, 2, 3, 4, 5, 9, 9, 9]) {
            try .concatenated([matrix(), .full([1, 3], 9, dtype: .float64)], 0)
        },
        TensorRow("concatenated along columns", [2, 4], [0, 1, 2, 9, 3, 4, 5, 9]) {
            try .concatenated([matrix(), .full([2, 1], 9, dtype: .float64)], 1)
        },
        TensorRow("stacked", [2, 2], [1, 3, 2, 4]) {
            try .stacked([Tensor([1, 2] as [Double]), Tensor([3, 4] as [Double])], 1)
        },
        TensorRow("gathered", [2, 1], [2, 3]) { try matrix().gathered(1, Tensor([2, 0] as [Int64], shape: [2, 1])) },
        TensorRow("scattered", [2, 3], [0, 1, 9, 9, 4, 5]) {
            try matrix().scattered(1, Tensor([2, 0] as [Int64], shape: [2, 1]), 9)
        },
        TensorRow("indexSelected", [2, 2], [2, 0, 5, 3]) { try matrix().indexSelected(1, Tensor([2, 0] as [Int64])) },
        TensorRow("maskedSelected", [2], [4, 5]) { try matrix().maskedSelected(matrix().greater(3)) },
        TensorRow("padded", [2, 5], [0, 0, 1, 2, 0, 0, 3, 4, 5, 0]) { try matrix().padded([1, 1]) },
        TensorRow("padded by a value", [3, 3], [7, 7, 7, 0, 1, 2, 3, 4, 5]) { try matrix().padded([0, 0, 1, 0], .constant(7)) },
        TensorRow("cropped by padding", [2, 1], [1, 4]) { try matrix().padded([-1, -1]) },
        TensorRow("padded by the border", [1, 2, 5], [0, 1, 2, 2, 2, 3, 4, 5, 5, 5]) {
            try matrix().unsqueezed(0).padded([0, 2], .replicate)
        },
        TensorRow("padded by reflection", [1, 2, 5], [2, 1, 0, 1, 2, 5, 4, 3, 4, 5]) {
            try matrix().unsqueezed(0).padded([2, 0], .reflect)
        },
        TensorRow("matmul", [2, 2], [5, 14, 14, 50]) { try matrix().matmul(matrix().permuted([1, 0])) },
        TensorRow("matmul by a vector", [2], [3, 12]) { try matrix().matmul(.ones([3], dtype: .float64)) },
        TensorRow("matmul of a batch", [2, 1, 1], [1, 5]) {
            try Tensor.range(4, dtype: .float64).reshaped([2, 1, 2]).matmul(.ones([2, 1], dtype: .float64))
        },
    ]

    @Test(arguments: rows)
    func byHand(row: TensorRow) throws {
        let result = try row.call()
        #expect(result.shape == row.shape)
        let found: [Double] = try result.elements()
        #expect(found == row.elements)
    }

    @Test(arguments: [
        TensorFunction("reshaped") { try $0.reshaped([4, 3]) },
        TensorFunction("permuted") { try $0.permuted([1, 0]) },
        TensorFunction("selected") { try $0.selected(0, 1) },
        TensorFunction("narrowed") { try $0.narrowed(1, 1..<3) },
        TensorFunction("flipped") { try $0.flipped([0]) },
        TensorFunction("stacked") { try .stacked([$0, $0], 0) },
        TensorFunction("concatenated") { try .concatenated([$0, $0 * 2], 1) },
        TensorFunction("expanded") { try $0.unsqueezed(0).expanded([5, 3, 4]) },
        TensorFunction("gathered") { try $0.gathered(1, Tensor([0, 0, 3] as [Int64], shape: [3, 1])) },
        TensorFunction("scattered") { try $0.scattered(1, Tensor([0, 1, 3] as [Int64], shape: [3, 1]), 9) },
        TensorFunction("indexSelected") { try $0.indexSelected(0, Tensor([2, 2] as [Int64])) },
        TensorFunction("maskedSelected") { try $0.maskedSelected($0.greater(0)) },
        TensorFunction("padded") { try $0.padded([1, 0, 2, 0]) },
        TensorFunction("replicate") { try $0.unsqueezed(0).padded([1, 2], .replicate) },
        TensorFunction("reflect") { try $0.unsqueezed(0).padded([1, 2], .reflect) },
        TensorFunction("matmul") { try $0.matmul($0.permuted([1, 0])) },
    ])
    func slopeByFiniteDifferences(function: TensorFunction) throws {
        let input = try Tensor.random([3, 4], seed: 6)
        #expect(try gradientError(at: input) { try function.call($0).power(2).sum() } < 1e-6)
    }

    @Test(arguments: [
        TensorMisuse("reshape to [4, 2] of [2, 3] float64", .runtime) { try matrix().reshaped([4, 2]) },
        TensorMisuse("reshape to [-1, -1] of [2, 3] float64", .runtime) { try matrix().reshaped([-1, -1]) },
        TensorMisuse("permute of [2, 3] float64", .runtime) { try matrix().permuted([0]) },
        TensorMisuse("expand to [2, 5] of [2, 3] float64", .runtime) { try matrix().expanded([2, 5]) },
        TensorMisuse("unsqueeze of [2, 3] float64", .index) { try matrix().unsqueezed(4) },
        TensorMisuse("squeeze of [2, 3] float64", .index) { try matrix().squeezed(2) },
        TensorMisuse("select of [2, 3] float64", .index) { try matrix().selected(0, 2) },
        TensorMisuse("select of [2, 3] float64", .index) { try matrix().selected(7, 0) },
        TensorMisuse("narrow to 2..<5 of [2, 3] float64", .runtime) { try matrix().narrowed(1, 2..<5) },
        TensorMisuse("flip of [2, 3] float64", .index) { try matrix().flipped([2]) },
        TensorMisuse("cat of [2, 3] float64, [2, 2] float32", .runtime) { try .concatenated([matrix(), .ones([2, 2])], 0) },
        TensorMisuse("cat", .value) { try .concatenated([], 0) },
        TensorMisuse("stack of [2, 3] float64, [3] float32", .runtime) { try .stacked([matrix(), .ones([3])], 0) },
        TensorMisuse("gather of [2, 3] float64, [1, 1] int64", .runtime) {
            try matrix().gathered(1, Tensor([3] as [Int64], shape: [1, 1]))
        },
        TensorMisuse("scatter of [2, 3] float64, [1, 1] int64", .runtime) {
            try matrix().scattered(1, Tensor([-1] as [Int64], shape: [1, 1]), 0)
        },
        TensorMisuse("index_select of [2, 3] float64, [1] int64", .index) {
            try matrix().indexSelected(0, Tensor([2] as [Int64]))
        },
        TensorMisuse("masked_select of [2, 3] float64, [4] bool", .runtime) {
            try matrix().maskedSelected(.ones([4], dtype: .bool))
        },
        TensorMisuse("pad of [2, 3] float64", .runtime) { try matrix().padded([1]) },
        TensorMisuse("pad of [2, 3] float64", .runtime) { try matrix().padded([-2, -2]) },
        TensorMisuse("matmul of [2, 3] float64, [2, 3] float64", .runtime) { try matrix().matmul(matrix()) },
    ])
    func misuse(row: TensorMisuse) throws { try row.isRefused() }
}
