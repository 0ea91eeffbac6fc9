import TestSupport
import Testing
import Torch

struct TensorCreationTests {
    @Test(arguments: DType.allCases)
    func fillsAndRanges(dtype: DType) throws {
        let rows: [(Tensor, [Double])] = try [
            (Tensor.zeros([2, 2], dtype: dtype), [0, 0, 0, 0]), (.ones([3], dtype: dtype), [1, 1, 1]),
            (.full([1, 2], 1, dtype: dtype), [1, 1]), (.scalar(1, dtype: dtype), [1]),
        ]
        for (tensor, expected) in rows {
            #expect(tensor.dtype == dtype)
            let elements: [Double] = try tensor.elements()
            #expect(elements == expected)
        }
        #expect(try Tensor.empty([2, 3], dtype: dtype).shape == [2, 3])
        #expect(try Tensor.scalar(1, dtype: dtype).shape == [])
    }

    @Test(arguments: DType.allCases.filter { $0 != .bool })
    func ranges(dtype: DType) throws {
        let range = try Tensor.range(4, dtype: dtype)
        #expect(range.dtype == dtype)
        let elements: [Double] = try range.elements()
        #expect(elements == [0, 1, 2, 3])
    }

    @Test func elementsAreRowMajor() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(try tensor.selected(0, 1).selected(0, 0).item() == 4)
    }

    @Test(arguments: [([2, 2], 3), ([], 0), ([4], 5), ([0], 1)])
    func elementsMustFillTheShape(shape: [Int], count: Int) {
        let message = messageThrown { _ = try Tensor([Float](repeating: 0, count: count), shape: shape) }
        #expect(message == "tensor: the shape needs \(4 * shape.reduce(1, *)) bytes, found \(4 * count)")
    }

    @Test func aNegativeSizeIsRefused() throws {
        let message = try #require(messageThrown { _ = try Tensor.zeros([2, -3]) })
        #expect(message.hasPrefix("full: "))
        #expect(message.contains("[2, -3]"))
    }

    @Test func tooMuchMemoryIsAnErrorNotACrash() throws {
        for shape in [[1 << 50], [1 << 40, 1 << 40]] {
            let message = try #require(messageThrown { _ = try Tensor.empty(shape) })
            #expect(message.hasPrefix("empty: "), "\(shape)")
        }
    }
}
