import Testing
import Torch

struct DTypeTests {
    @Test(arguments: [
        (DType.uint8, 1, false), (.bool, 1, false), (.int32, 4, false), (.int64, 8, false),
        (.float16, 2, true), (.bfloat16, 2, true), (.float32, 4, true), (.float64, 8, true),
    ])
    func sizeAndKind(dtype: DType, size: Int, isFloatingPoint: Bool) throws {
        #expect(dtype.size == size)
        #expect(dtype.isFloatingPoint == isFloatingPoint)
        let tensor = try Tensor.zeros([3, 2], dtype: dtype)
        #expect(tensor.dtype == dtype)
        #expect(try tensor.bytes().count == 6 * size)
    }

    @Test func elementsOfSwiftTypesGoAndComeBack() throws {
        try roundTrip([0, 1, 127, 128, 255] as [UInt8], .uint8)
        try roundTrip([.min, -1, 0, 7, .max] as [Int32], .int32)
        try roundTrip([.min, -1, 0, 7, .max] as [Int64], .int64)
        try roundTrip([-.infinity, -1.5, -0.0, .leastNonzeroMagnitude, 0.1, .greatestFiniteMagnitude] as [Float], .float32)
        try roundTrip([-.infinity, -1.5, -0.0, .leastNonzeroMagnitude, 0.1, .greatestFiniteMagnitude] as [Double], .float64)
        try roundTrip([true, false, true] as [Bool], .bool)
    }

    private func roundTrip<Element: TensorElement & Equatable>(_ values: [Element], _ dtype: DType) throws {
        let tensor = try Tensor(values)
        #expect(tensor.dtype == dtype)
        let back: [Element] = try tensor.elements()
        #expect(back == values)
        let bytes = try tensor.bytes()
        let again = try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: [values.count], dtype: dtype) }
        let backFromBytes: [Element] = try again.elements()
        #expect(backFromBytes == values)
    }

    /// What a conversion to a dtype and back to float32 leaves of a number.
    @Test(
        arguments: [
            (DType.float16, [0, 1, -2.5, 0.0999755859375, 65504], [0, 1, -2.5, 0.0999755859375, 65504]),
            (.float16, [0.1, 70000, 2049], [0.0999755859375, .infinity, 2048]),
            (.bfloat16, [0, 1, -2.5, 3.0e38], [0, 1, -2.5, 3.004055e38]),
            (.bfloat16, [1.00390625, 1.01171875, 257], [1, 1.015625, 256]),  // halves go to the even neighbour
            (.uint8, [0, 1, 254.9], [0, 1, 254]),
            (.int32, [-1.9, 1.9, 16_777_216], [-1, 1, 16_777_216]),
            (.int64, [-1.9, 1.9, 16_777_216], [-1, 1, 16_777_216]),
            (.bool, [0, -0.5, 3], [0, 1, 1]),
            (.float32, [0.1, -7], [0.1, -7]),
            (.float64, [0.1, -7], [0.1, -7]),
        ] as [(DType, [Float], [Float])])
    func conversions(dtype: DType, values: [Float], expected: [Float]) throws {
        let converted = try Tensor(values).to(dtype)
        #expect(converted.dtype == dtype)
        let back: [Float] = try converted.elements()
        #expect(zip(back, expected).allSatisfy { $0 == $1 || abs($0 - $1) <= 1e-5 * abs($1) }, "\(back)")
    }
}
