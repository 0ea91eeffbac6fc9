import Testing
@testable import Torch

struct TorchErrorTests {
    /// The kind comes from the type of libtorch's exception.
    @Test(arguments: [
        TensorMisuse("matmul of [2, 3] float32, [2, 3] float32", .runtime) { try Tensor.zeros([2, 3]).matmul(.zeros([2, 3])) },
        TensorMisuse("select of [4] int64", .index) { try Tensor.range(4).selected(0, 4) },
        TensorMisuse("known gradient of [1] float32, [2] float32, [2] float32", .value) {
            try .withKnownGradient(value: .zeros([1]), input: .zeros([2]), gradient: .zeros([2]))
        },
        TensorMisuse("arange", .notImplemented) { try Tensor.range(3, dtype: .bool) },
        // More than a processor can address.
        TensorMisuse("empty", .outOfMemory) {
            try Tensor.empty([1 << 46])
        },
    ])
    func kinds(row: TensorMisuse) throws { try row.isRefused() }

    @Test(arguments: [
        ([], "add_: sizes differ"), (["[2] float32"], "add_ of [2] float32: sizes differ"),
        (["[2] float32", "[] int64"], "add_ of [2] float32, [] int64: sizes differ"),
    ])
    func descriptions(arguments: [String], expected: String) {
        let error = TorchError(kind: .runtime, operation: "add_", arguments: arguments, message: "sizes differ")
        #expect(error.description == expected)
    }

    @Test func exhaustedMemoryIsOneLine() throws {
        let words = "MB of memory could not be allocated; take smaller batches, smaller planes or a narrower network"
        #expect(TorchError.outOfMemory("a convolution", bytes: 2_000_001).description == "a convolution: 3 \(words)")
        let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 46]) }
        #expect(error?.description == "full: 281474977 \(words)")
    }
}
