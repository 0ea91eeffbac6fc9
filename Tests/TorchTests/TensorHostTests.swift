import TestSupport
import Testing
import Torch

struct TensorHostTests {
    @Test func elementsOfAnyLayoutAreRowMajor() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).permuted([1, 0])
        #expect(!tensor.isContiguous())
        let elements: [Float] = try tensor.elements()
        #expect(elements == [1, 4, 2, 5, 3, 6])
        #expect(try tensor.contiguous().bytes() == tensor.bytes())
    }

    @Test func elementsOfAGraphAreReadable() throws {
        let leaf = try Tensor([1, 2] as [Float])
        try leaf.setRequiresGradient()
        let elements: [Float] = try (leaf * 3).elements()
        #expect(elements == [3, 6])
    }

    @Test func elementsAreConverted() throws {
        let tensor = try Tensor([0, 1, 250] as [UInt8])
        #expect(try tensor.elements(as: Double.self) == [0, 1, 250])
        #expect(try tensor.elements(as: Int64.self) == [0, 1, 250])
        #expect(try tensor.elements(as: Bool.self) == [false, true, true])
    }

    @Test(arguments: DType.allCases)
    func items(dtype: DType) throws {
        #expect(try Tensor.full([1, 1], 1, dtype: dtype).item() == 1)
        #expect(try Tensor.full([], 1, dtype: dtype).itemAsInt() == 1)
    }

    @Test func largeWholeNumbersAreExact() throws {
        #expect(try Tensor([Int64.max]).itemAsInt() == Int.max)
    }

    @Test(arguments: [[2], [0], [1, 3]])
    func itemsNeedOneElement(shape: [Int]) throws {
        let tensor = try Tensor.zeros(shape)
        let message = try #require(messageThrown { _ = try tensor.item() })
        #expect(message.hasPrefix("item of \(shape) float32: "))
        #expect(messageThrown { _ = try tensor.itemAsInt() } == message)
    }

    @Test func toItselfIsItself() throws {
        let tensor = try Tensor.zeros([2], dtype: .float64)
        #expect(try tensor.to(.float64, device: .cpu).isSame(as: tensor))
        #expect(try tensor.to().isSame(as: tensor))
        #expect(try !tensor.to(.float32).isSame(as: tensor))
    }
}
