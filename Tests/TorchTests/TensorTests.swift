import Foundation
import TestSupport
import Testing
import TorchTestSupport

@testable import Torch

struct TensorTests {
    @Test(arguments: [([], 1), ([0], 0), ([3], 3), ([2, 0, 4], 0), ([2, 3, 4], 24), ([1, 1, 1, 1, 1], 1)])
    func shapeAndCount(shape: [Int], count: Int) throws {
        let tensor = try Tensor.zeros(shape)
        #expect(tensor.shape == shape)
        #expect(tensor.rank == shape.count)
        #expect(tensor.count == count)
        #expect(tensor.isContiguous())
        let elements: [Float] = try tensor.elements()
        #expect(elements.count == count)
    }

    @Test(arguments: [
        ([2, 3, 4, 5], MemoryFormat.contiguous, [60, 20, 5, 1]),
        ([2, 3, 4, 5], .channelsLast, [60, 1, 15, 3]),
        ([2, 3, 4, 5, 6], .contiguous, [360, 120, 30, 6, 1]),
        ([2, 3, 4, 5, 6], .channelsLast3D, [360, 1, 90, 18, 3]),
    ])
    func memoryFormats(shape: [Int], format: MemoryFormat, strides: [Int]) throws {
        let original = try Tensor.range(shape.reduce(1, *)).reshaped(shape)
        let tensor = try original.contiguous(format)
        #expect(tensor.strides == strides)
        #expect(tensor.isContiguous(format))
        // The layout is no part of the values.
        let (before, after): ([Int64], [Int64]) = try (original.elements(), tensor.elements())
        #expect(before == after)
        #expect(try tensor.bytes() == original.bytes())
    }

    @Test func contiguousIsItselfWhereNothingChanges() throws {
        let tensor = try Tensor.zeros([1, 2, 3, 4])
        #expect(try tensor.contiguous().isSame(as: tensor))
        #expect(try !tensor.contiguous(.channelsLast).isSame(as: tensor))
    }

    @Test func copiesShareMemory() throws {
        let tensor = try Tensor.zeros([4])
        let copy = tensor
        let view = try tensor.narrowed(0, 1..<3)
        let deep = try tensor.clone()
        try copy.narrowed(0, 2..<3).fillInPlace(5)
        #expect(copy.isSame(as: tensor))
        #expect(!view.isSame(as: tensor))
        let rows: [(Tensor, [Float])] = [
            (tensor, [0, 0, 5, 0]), (view, [0, 5]), (tensor.detached(), [0, 0, 5, 0]), (deep, [0, 0, 0, 0]),
        ]
        for (tensor, expected) in rows {
            let elements: [Float] = try tensor.elements()
            #expect(elements == expected)
        }
    }

    @Test(arguments: [
        ([2, 3], DType.float32, "Tensor([2, 3], float32, cpu)"), ([], .int64, "Tensor(1.0, int64)"),
        ([0], .bool, "Tensor([0], bool, cpu)"),
    ])
    func descriptions(shape: [Int], dtype: DType, expected: String) throws {
        #expect(try Tensor.ones(shape, dtype: dtype).description == expected)
    }

    @Test func theHandleGoesWithTheLastCopy() throws {
        weak var storage: Tensor.Storage?
        do {
            let tensor = try Tensor.zeros([2])
            let copy = tensor
            storage = tensor.storage
            withExtendedLifetime(copy) { #expect(storage != nil) }
        }
        #expect(storage == nil)
    }

    #if os(Linux)
        /// 20,000 rounds would keep 640 MB if a tensor or a graph of a round stayed. In a process of its own, whose memory no other test
        /// takes.
        @Test func aLongLoopKeepsNoMemory() async {
            await #expect(processExitsWith: .success) {
                func round() throws {
                    let leaf = try Tensor.zeros([4000])
                    try leaf.setRequiresGradient()
                    try (leaf * 2).sum().backward()
                }
                for _ in 0..<200 { try round() }
                let before = try TensorTests.residentBytes()
                for _ in 0..<20_000 { try round() }
                #expect(try TensorTests.residentBytes() - before < 200_000_000)
            }
        }

        private static func residentBytes() throws -> Int {
            let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            return try #require(Int(fields[1])) * Int(getpagesize())
        }
    #endif
}
